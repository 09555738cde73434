package main

import (
	"errors"
	"strings"
	"testing"
	"time"

	"deliverd/internal/config"
	"deliverd/internal/delivery"
	"deliverd/internal/schedule"
)

// TestReadiness: a node is of use when every account was looked at, by whatever
// node, and not all of them are broken.
func TestReadiness(t *testing.T) {
	s := newSite(t)
	s.configureTwo("", "")
	cfg, err := config.Load(s.config)
	if err != nil {
		t.Fatal(err)
	}
	b, err := newBoard(&node{}, schedule.NewLoop(schedule.LoopConfig{}), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	b.configured(cfg)
	first, second := cfg.Accounts[0], cfg.Accounts[1]
	id, other := jobID(placeOf(first)), jobID(placeOf(second))
	for _, step := range []struct {
		name string
		do   func()
		want string
	}{
		{"at start", func() {}, "2 of 2 accounts have not been looked at yet"},
		{"one is broken", func() { b.broken(id, first, errors.New("no such bucket")) }, "1 of 2 accounts have not been looked at yet"},
		{"both are", func() { b.broken(other, second, errors.New("no such bucket")) }, "no account can be worked on"},
		{"one is well", func() { b.worked(other, second, &delivery.Worked{Plan: &delivery.Plan{}}) }, ""},
		{"the configuration is read anew", func() { b.configured(cfg) }, ""},
		{"one leaves", func() { b.configured(&config.Config{Accounts: cfg.Accounts[1:]}) }, ""},
		{"and comes back", func() { b.configured(cfg) }, "1 of 2 accounts have not been looked at yet"},
		{"another node works on it", func() { b.worked(id, first, &delivery.Worked{Elsewhere: errors.New("held")}) }, ""},
	} {
		step.do()
		if err := b.seen(); (err == nil) != (step.want == "") || err != nil && !strings.Contains(err.Error(), step.want) {
			t.Errorf("%s: got %v, want %q", step.name, err, step.want)
		}
	}
}
