-- What the newest snapshot of a bill comes to. The texts are the bill's own
-- encoding; nothing here reads them.

CREATE TABLE ledger_totals (
    uin      TEXT NOT NULL,
    month    TEXT NOT NULL, -- 2025-12
    snapshot TEXT NOT NULL,
    source   TEXT NOT NULL,
    taken_at BIGINT,        -- by the clock of the node that took it
    encoded  TEXT NOT NULL,
    PRIMARY KEY (uin, month)
);
