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
	mu     sync.Mutex
	role   *billsource.Role // nil until asked for
}

func newAPIKeys() *apiKeys { return &apiKeys{keys: map[string]*apiKey{}} }

// of is the key that an account is asked for with.
func (k *apiKeys) of(api config.APISource) *apiKey {
	rates := billsource.Rates{Detail: api.DetailRate, Summary: api.SummaryRate, Partner: api.PartnerRate}
	name := fmt.Sprint(api.Credentials, " ", api.SecretID, rates)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.keys[name] == nil {
		k.keys[name] = &apiKey{budget: billsource.NewBudget(billsource.BudgetConfig{Rates: rates})}
	}
	return k.keys[name]
}

// credential is what the key signs with. The environment is read anew for every
// account, a role is asked for once and then renewed.
func (k *apiKey) credential(api config.APISource) (billsource.Credential, error) {
	switch api.Credentials {
	case config.CredentialsEnvironment:
		found := billsource.Key{ID: os.Getenv("TENCENTCLOUD_SECRET_ID"), Secret: os.Getenv("TENCENTCLOUD_SECRET_KEY"), Token: os.Getenv("TENCENTCLOUD_TOKEN")}
		if found.ID == "" || found.Secret == "" {
			return nil, usage("set TENCENTCLOUD_SECRET_ID and TENCENTCLOUD_SECRET_KEY", "credentials: environment, and there are none in it")
		}
		return found, nil
	case config.CredentialsCVMRole, config.CredentialsOIDC:
		role, err := k.renewed(api)
		if err == nil {
			err = role.Check()
		}
		if err != nil {
			return nil, remedied{err, "see that there is a role that may read the bill, or use another kind of credentials"}
		}
		return role, nil
	default:
		return billsource.Key{ID: api.SecretID, Secret: api.SecretKey.Reveal()}, nil
	}
}

func (k *apiKey) renewed(api config.APISource) (role *billsource.Role, err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch {
	case k.role != nil:
	case api.Credentials == config.CredentialsOIDC:
		k.role, err = billsource.NewTokenRole(billsource.TokenConfig{
			Endpoint: api.STSEndpoint.URL(), Region: os.Getenv("TKE_REGION"), ProviderID: os.Getenv("TKE_PROVIDER_ID"),
			RoleARN: os.Getenv("TKE_ROLE_ARN"), TokenFile: os.Getenv("TKE_WEB_IDENTITY_TOKEN_FILE"),
		})
	default:
		k.role = billsource.NewRole(billsource.RoleConfig{})
	}
	return k.role, err
}

// newAPI is the billing API as an account's source.
func newAPI(a config.Account, keys *apiKeys, now func() time.Time) (*billsource.API, error) {
	api := a.Source.API
	key := keys.of(api)
	credential, err := key.credential(api)
	if err != nil {
		return nil, ofAccount(a.UIN, err)
	}
	return billsource.NewAPI(billsource.APIConfig{
		Kind: billsource.Whose(api.Kind), Endpoint: api.Endpoint.URL(), Credential: credential, Budget: key.budget, Now: now,
	})
}
