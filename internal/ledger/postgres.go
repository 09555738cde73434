package ledger

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// postgres is a ledger that several nodes share. The lock of an account is a
// session advisory lock: it ends when the server ends the session, whatever
// became of the node.
type postgres struct {
	config Config
	name   string  // for people, without user and password
	pool   *sql.DB // for reading and migrating
	locks  *sql.DB // connects anew each time: a session lives and dies with its lock
}

const (
	poolSize        = 4
	connectTimeout  = 10 * time.Second
	oldestServer    = 14 // the first that ends idle sessions
	applicationName = "deliverd "
)

// postgresClock is the server's time; that of a node is never stored where
// another reads it to decide.
const postgresClock = "CAST(extract(epoch FROM clock_timestamp()) * 1000000000 AS BIGINT)"

func openPostgres(ctx context.Context, c Config) (*Ledger, error) {
	config, err := pgx.ParseConfig(c.Postgres)
	if err != nil { // which may quote the URL, and so the password
		return nil, &UnusableError{Ledger: "in PostgreSQL", Err: errors.New("its URL cannot be read"),
			fix: "write it as postgres://user:password@host:5432/database?sslmode=verify-full"}
	}
	config.RuntimeParams["application_name"] = applicationName + c.Node
	config.DialFunc = (&net.Dialer{KeepAliveConfig: net.KeepAliveConfig{
		Enable: true, Idle: c.Patience / 2, Interval: time.Second, Count: 3}}).DialContext
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTimeout
	}
	// Statements are not prepared for later: between a pooler and a failover it
	// is one thing less to be gone, and none is asked often.
	config.DefaultQueryExecMode = pgx.QueryExecModeExec

	// A connection that lay idle is asked first whether it is still up, so that a
	// server that was away, or a firewall that forgot it, costs no read.
	ask := stdlib.OptionResetSession(c.stillUp)
	askOnce := stdlib.OptionShouldPing(func(context.Context, stdlib.ShouldPingParams) bool { return false })

	p := &postgres{config: c, name: "postgres://" + net.JoinHostPort(config.Host, strconv.Itoa(int(config.Port))) + "/" + config.Database,
		pool: stdlib.OpenDB(*config, ask, askOnce), locks: stdlib.OpenDB(*config, stdlib.OptionAfterConnect(c.watch))}
	p.pool.SetMaxOpenConns(poolSize)
	p.pool.SetMaxIdleConns(poolSize)
	p.pool.SetConnMaxIdleTime(time.Minute)
	p.locks.SetMaxIdleConns(-1)
	if err := p.suits(ctx); err != nil {
		return nil, errors.Join(unusable(p.name, err), p.close())
	}
	return &Ledger{config: c, name: p.name, where: p}, nil
}

// stillUp gives a connection up that does not answer before the next sign of
// life would be due.
func (c Config) stillUp(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, c.Beat)
	defer cancel()
	if conn.Ping(ctx) != nil {
		return driver.ErrBadConn
	}
	return nil
}

// watch asks the server to end the session when it hears nothing for
// c.Patience, and to notice by itself that the other end is gone. They are
// settings of the session: a pooler refuses them when they come with the
// connection.
func (c Config) watch(ctx context.Context, conn *pgx.Conn) error {
	patience, seconds := c.Patience.Milliseconds(), max(1, int(c.Patience.Seconds())/2)
	_, err := conn.Exec(ctx, fmt.Sprintf(
		"SET idle_session_timeout = %d; SET idle_in_transaction_session_timeout = %d; SET statement_timeout = %d; "+
			"SET tcp_keepalives_idle = %d; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3; SET tcp_user_timeout = %d",
		patience, patience, patience, seconds, patience))
	return err
}

// suits returns nil if the server can do what locks need. Who only looks on
// needs none, and may look at a standby.
func (p *postgres) suits(ctx context.Context) error {
	if p.config.ReadOnly {
		return nil
	}
	var version int
	var standby bool
	err := p.pool.QueryRowContext(ctx, "SELECT CAST(current_setting('server_version_num') AS INT), pg_is_in_recovery()").Scan(&version, &standby)
	if err != nil {
		return err
	}
	if err := newEnough(p.name, version); err != nil {
		return err
	}
	if standby {
		return &UnusableError{Ledger: p.name, Err: errors.New("the server is a standby"), fix: fixReadOnly}
	}
	return p.refusePooler(ctx)
}

// newEnough takes the server's version as 150014.
func newEnough(ledger string, version int) error {
	if version/10000 >= oldestServer {
		return nil
	}
	return &UnusableError{Ledger: ledger, Err: fmt.Errorf("the server is PostgreSQL %d, which does not end the session of a node that is gone", version/10000),
		fix: fmt.Sprintf("use PostgreSQL %d or newer", oldestServer)}
}

func (p *postgres) reader() (*sql.DB, error) { return p.pool, nil }

func (p *postgres) ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, p.config.Patience)
	defer cancel()
	return p.pool.PingContext(ctx)
}

func (p *postgres) close() error { return errors.Join(p.pool.Close(), p.locks.Close()) }

func (p *postgres) dialect() dialect {
	return dialect{hasTable: "SELECT to_regclass($1) IS NOT NULL", clock: postgresClock, here: p.config.Now}
}

// beginMigration lets one node at a time in: two that make the same table at
// once get an error, one of them at least.
func (p *postgres) beginMigration(ctx context.Context) (*sql.Tx, error) {
	tx, err := p.pool.BeginTx(ctx, nil)
	if err != nil {
		return nil, err
	}
	if _, err := tx.ExecContext(ctx, "SELECT pg_advisory_xact_lock($1)", keyOf("migrate")); err != nil {
		return nil, errors.Join(err, tx.Rollback())
	}
	return tx, nil
}
