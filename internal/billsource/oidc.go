package billsource

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common"
	tchttp "github.com/tencentcloud/tencentcloud-sdk-go/tencentcloud/common/http"
)

// TokenConfig says which role is given to the owner of a token (OpenID
// Connect), as a cluster of the provider gives its pods one.
type TokenConfig struct {
	Endpoint   string // of STS: https://sts.intl.tencentcloudapi.com
	Region     string
	ProviderID string
	RoleARN    string
	TokenFile  string           // read anew for every renewal
	Now        func() time.Time // nil is time.Now
}

const (
	roleLasts   = 2 * time.Hour
	roleSession = "deliverd"
)

var sts = product{"sts", "2018-08-13"}

// NewTokenRole returns the credential of the role that a token stands for.
// Nothing is asked yet.
func NewTokenRole(c TokenConfig) (*Role, error) {
	for _, need := range []struct{ name, value string }{
		{"provider", c.ProviderID}, {"role", c.RoleARN}, {"token file", c.TokenFile}, {"region", c.Region},
	} {
		if need.value == "" {
			return nil, errors.New("credentials of a token's role: no " + need.name)
		}
	}
	p, err := profileOf(c.Endpoint, roleTimeout)
	if err != nil {
		return nil, err
	}
	client := common.NewCommonClient(sdkCredential{Key{}}, c.Region, p)
	return newRole("the token's role", c.Now, func() (Key, time.Time, error) { return c.ask(client) }), nil
}

func (c *TokenConfig) ask(client *common.Client) (Key, time.Time, error) {
	token, err := os.ReadFile(c.TokenFile)
	if err != nil {
		return Key{}, time.Time{}, err
	}
	const action = "AssumeRoleWithWebIdentity"
	request := &apiRequest{BaseRequest: &tchttp.BaseRequest{}, params: map[string]any{
		"ProviderId": c.ProviderID, "WebIdentityToken": strings.TrimSpace(string(token)), "RoleArn": c.RoleARN,
		"RoleSessionName": roleSession, "DurationSeconds": int(roleLasts / time.Second),
	}}
	request.Init().WithApiInfo(sts.service, sts.version, action)
	request.SetSkipSign(true)
	var got struct {
		*tchttp.BaseResponse `json:"-"`
		Response             struct {
			Credentials struct {
				Token        string
				TmpSecretID  string `json:"TmpSecretId"`
				TmpSecretKey string
			}
			ExpiredTime int64
		}
	}
	got.BaseResponse = &tchttp.BaseResponse{}
	if err := client.Send(request, &got); err != nil {
		return Key{}, time.Time{}, newAPIError(action, err)
	}
	key := Key{got.Response.Credentials.TmpSecretID, got.Response.Credentials.TmpSecretKey, got.Response.Credentials.Token}
	if key.ID == "" || key.Secret == "" || key.Token == "" {
		return Key{}, time.Time{}, fmt.Errorf("%s answers without credentials", action)
	}
	return key, time.Unix(got.Response.ExpiredTime, 0), nil
}
