-- Moments are nanoseconds since 1970 in UTC, or null. Both databases read this.

CREATE TABLE ledger_activations (
    uin      TEXT   NOT NULL,
    bucket   TEXT   NOT NULL,
    cadence  TEXT   NOT NULL, -- daily, monthly
    number   BIGINT NOT NULL, -- 1 is the first time the cadence was switched on
    after_at BIGINT,          -- due times after it count
    until_at BIGINT,          -- null: it is on
    origin   TEXT   NOT NULL, -- why after_at is what it is
    PRIMARY KEY (uin, bucket, cadence, number)
);

CREATE UNIQUE INDEX ledger_activations_on
    ON ledger_activations (uin, bucket, cadence) WHERE until_at IS NULL;

CREATE TABLE ledger_entries (
    uin        TEXT   NOT NULL,
    bucket     TEXT   NOT NULL,
    cadence    TEXT   NOT NULL,
    period     TEXT   NOT NULL, -- 2025-12-09 (daily), 2025-12 (monthly)
    object_key TEXT   NOT NULL,
    due_at     BIGINT,

    -- the last thing that was tried
    result     TEXT   NOT NULL,
    tried_at   BIGINT,
    attempts   BIGINT NOT NULL,
    next_at    BIGINT,          -- SQLite: by the clock of the node; PostgreSQL: by its own
    why        TEXT   NOT NULL,
    remedy     TEXT   NOT NULL,
    node       TEXT   NOT NULL,

    -- what was proved of the object; proved_at null: nothing yet
    proved_at  BIGINT,
    size       BIGINT NOT NULL DEFAULT 0,
    crc64      TEXT   NOT NULL DEFAULT '0', -- decimal, as COS shows it
    line_count BIGINT NOT NULL DEFAULT 0,
    row_count  BIGINT NOT NULL DEFAULT 0,
    days       BIGINT NOT NULL DEFAULT 0,
    members    BIGINT NOT NULL DEFAULT 0,
    gross      TEXT   NOT NULL DEFAULT '',
    billed     TEXT   NOT NULL DEFAULT '',
    snapshot   TEXT   NOT NULL DEFAULT '',
    focus      TEXT   NOT NULL DEFAULT '',
    profile    TEXT   NOT NULL DEFAULT '',
    reconcile  TEXT   NOT NULL DEFAULT '',
    PRIMARY KEY (uin, bucket, cadence, period)
);
