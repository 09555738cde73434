package billsource

// Credential signs requests. Its method may be called concurrently.
type Credential interface {
	// Current returns a secret id, its key, and the token of temporary ones,
	// which belong together. Blank ones are none: the API says so.
	Current() (id, key, token string)
}

// Key is a credential that does not change.
type Key struct{ ID, Secret, Token string }

// Current is the key.
func (k Key) Current() (id, key, token string) { return k.ID, k.Secret, k.Token }

// sdkCredential is a credential as the SDK takes it.
type sdkCredential struct{ Credential }

func (c sdkCredential) GetCredential() (id, key, token string) { return c.Current() }
func (c sdkCredential) GetSecretId() string                    { id, _, _ := c.Current(); return id }
func (c sdkCredential) GetSecretKey() string                   { _, key, _ := c.Current(); return key }
func (c sdkCredential) GetToken() string                       { _, _, token := c.Current(); return token }
