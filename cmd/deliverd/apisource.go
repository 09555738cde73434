package main

import (
	"fmt"
	"os"
	"sync"
	"time"

	"deliverd/internal/billsource"
	"deliverd/internal/config"
)

// apiKeys are what the accounts of one process share that are asked for with
// the same key of the billing API: its budget of requests, and its credentials
// where those are renewed.
type apiKeys struct {
	mu   sync.Mutex
	keys map[string]*apiKey
}

type apiKey struct {
	budget *billsource.Budget
	role   *billsource.Role
}

func newAPIKeys() *apiKeys { return &apiKeys{keys: map[string]*apiKey{}} }

// of is the key that an account is asked for with.
func (k *apiKeys) of(api config.APISource) *apiKey {
	rates := billsource.Rates{Detail: api.DetailRate, Summary: api.SummaryRate, Partner: api.PartnerRate}
	name := fmt.Sprint(api.Credentials, " ", api.SecretID, rates)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys[name] == nil {
		k.keys[name] = &apiKey{budget: billsource.NewBudget(billsource.BudgetConfig{Rates: rates}), role: billsource.NewRole(billsource.RoleConfig{})}
	}
	return k.keys[name]
}

// newAPI is the billing API as an account's source.
func newAPI(a config.Account, keys *apiKeys, now func() time.Time) (*billsource.API, error) {
	api := a.Source.API
	key := keys.of(api)
	var credential billsource.Credential
	switch api.Credentials {
	case config.CredentialsEnvironment:
		found := billsource.Key{ID: os.Getenv("TENCENTCLOUD_SECRET_ID"), Secret: os.Getenv("TENCENTCLOUD_SECRET_KEY"), Token: os.Getenv("TENCENTCLOUD_TOKEN")}
		if found.ID == "" || found.Secret == "" {
			return nil, usage("set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY", "account %s: credentials: environment, and there are none in it", a.UIN)
		}
		credential = found
	case config.CredentialsCVMRole:
		if err := key.role.Check(); err != nil {
			return nil, remedied{err, "give this machine a role that may read the bill, or use another kind of credentials"}
		}
		credential = key.role
	default:
		credential = billsource.Key{ID: api.SecretID, Secret: api.SecretKey.Reveal()}
	}
	return billsource.NewAPI(billsource.APIConfig{
		Kind: billsource.Whose(api.Kind), Endpoint: api.Endpoint.URL(), Credential: credential, Budget: key.budget, Now: now,
	})
}
