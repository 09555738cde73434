package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/goccy/go-yaml"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

// holder keeps a secret where fmt can call no method of it.
type holder struct {
	Open   Secret
	hidden Secret
	ledger DatabaseURL
}

func TestSecretsShowThemselvesNowhere(t *testing.T) {
	ledger := DatabaseURL{}
	if wrong := ledger.read("postgres://deliverd:swordfish@db/deliverd?sslpassword=swordfish&x=1"); wrong != nil {
		t.Fatal(wrong.what)
	}
	secret := NewSecret("swordfish")
	held := holder{secret, secret, ledger}
	var forms []string
	for _, value := range []any{secret, &secret, ledger, &ledger, held, &held, []Secret{secret}, map[string]Secret{"k": secret}, mustParse(t, least)} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%t", "%p"} {
			forms = append(forms, fmt.Sprintf(verb, value))
		}
		asJSON, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		asYAML, err := yaml.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		forms = append(forms, string(asJSON), string(asYAML), logged(t, value))
	}
	for _, form := range forms {
		for _, shape := range []string{"swordfish", fmt.Sprintf("%x", "swordfish"), fmt.Sprintf("%X", "swordfish"), "c3dvcmRmaXNo", fmt.Sprintf("%d", []byte("swordfish"))} {
			if strings.Contains(form, shape) {
				t.Errorf("the secret shows in %s", form)
			}
		}
	}
	if secret.Reveal() != "swordfish" || !strings.Contains(ledger.Reveal(), "swordfish") {
		t.Error("the secret is lost")
	}
}

func logged(t *testing.T, value any) string {
	t.Helper()
	var text bytes.Buffer
	for _, encoder := range []zapcore.Encoder{
		zapcore.NewJSONEncoder(zap.NewProductionEncoderConfig()),
		zapcore.NewConsoleEncoder(zap.NewDevelopmentEncoderConfig()),
	} {
		log := zap.New(zapcore.NewCore(encoder, zapcore.AddSync(&text), zapcore.DebugLevel))
		log.Info("any", zap.Any("value", value), zap.Reflect("reflected", value))
		log.Sugar().Infof("%v %+v", value, value)
	}
	slog.New(slog.NewTextHandler(&text, nil)).Info("text", "value", value)
	slog.New(slog.NewJSONHandler(&text, nil)).Info("json", "value", value)
	if text.Len() == 0 {
		t.Fatal("nothing was logged")
	}
	return text.String()
}

func TestSecretForms(t *testing.T) {
	for _, test := range []struct {
		name   string
		secret Secret
		shown  string
	}{
		{"set", NewSecret("x"), "[redacted]"},
		{"empty", NewSecret(""), ""},
		{"zero", Secret{}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			asJSON, err := json.Marshal(test.secret)
			if err != nil {
				t.Fatal(err)
			}
			for form, got := range map[string]string{"String": test.secret.String(), "%#v": fmt.Sprintf("%#v", test.secret), "JSON": strings.Trim(string(asJSON), `"`)} {
				if got != test.shown {
					t.Errorf("%s: %q, want %q", form, got, test.shown)
				}
			}
			if test.secret.IsZero() != (test.shown == "") || !test.secret.Equal(NewSecret(test.secret.Reveal())) {
				t.Error("IsZero or Equal is wrong")
			}
		})
	}
}
