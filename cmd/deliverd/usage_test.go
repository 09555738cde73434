package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestMistakes are of the caller: exit code 2, nothing on stdout, what is wrong
// and what to do on stderr.
func TestMistakes(t *testing.T) {
	const whatToDeliver = "try: deliverd deliver --config F --daily 2025-12-09, or --monthly 2025-12, or --from 2025-11-01 --to 2025-11-30, or --due\n"
	s := newSite(t)
	s.write("bad.yaml", "stat: x\naccounts:\n  - uin: abc\n    source: {files: bills}\n    bucket: {url: \"ftp://x\", secret-id: a, secret-key: b}\n")
	s.write("bad.script", "2026-02-01 start\nsoon kill\n")
	deliver := func(flags ...string) []string { return append([]string{"deliver", "--config", "{config}"}, flags...) }
	for _, test := range []struct {
		name   string
		args   []string
		stderr string
	}{
		{"unknown command", []string{"nonsense"}, "deliverd: unknown command \"nonsense\"\ntry: deliverd help\n"},
		{"unknown flag", []string{"deliver", "--nonsense"}, "deliverd: unknown flag: --nonsense\ntry: deliverd help\n"},
		{"a flag without its value", []string{"deliver", "--config"}, "deliverd: flag needs an argument: --config\ntry: deliverd help\n"},
		{"missing --config", []string{"deliver", "--daily", "2025-11-02"},
			"deliverd: no configuration: --config is missing\ntry: --config /etc/deliverd.yaml; deliverd print-config --defaults shows a commented one\n"},
		{"no such config", []string{"verify", "--config", "{dir}/none.yaml"}, "deliverd: {dir}/none.yaml: no such file or directory\ntry: name the configuration file with --config\n"},
		{"bad config, all problems at once", []string{"deliver", "--config", "{dir}/bad.yaml", "--daily", "2025-11-02"},
			"deliverd: {dir}/bad.yaml:1:1: stat: unknown key\n" +
				"{dir}/bad.yaml:3:5: accounts[0].uin: \"abc\" is not 6 to 20 digits\n" +
				"{dir}/bad.yaml:5:19: accounts[0].bucket.url: must begin with https://\n" +
				"try: known here: timezone, state, ledger, parallel, stop-within, defaults, accounts, http, api\nwrite the account's uin, digits alone\nwrite https:// and the host\n"},
		{"no mode", deliver(), "deliverd: say what to deliver: exactly one of --daily, --monthly, --from with --to, and --due\n" + whatToDeliver},
		{"two modes", deliver("--daily", "2025-11-02", "--monthly", "2025-11"), "deliverd: say what to deliver: exactly one of --daily, --monthly, --from with --to, and --due\n" + whatToDeliver},
		{"--from alone", deliver("--from", "2025-11-02"), "deliverd: --from and --to go together\n" + whatToDeliver},
		{"--to before --from", deliver("--from", "2025-11-02", "--to", "2025-11-01"), "deliverd: --to 2025-11-01 lies before --from 2025-11-02\ntry: --from before --to\n"},
		{"--cadence with a day", deliver("--daily", "2025-11-02", "--cadence", "both"), "deliverd: --cadence goes with --from and --to\n" + whatToDeliver},
		{"no cadence", deliver("--from", "2025-11-01", "--to", "2025-11-02", "--cadence", "weekly"), "deliverd: --cadence: \"weekly\" is no cadence\ntry: --cadence daily, monthly or both\n"},
		{"a day in the future", deliver("--daily", "2999-11-02"), "deliverd: --daily: 2999-11-02 has not ended (bill days end at midnight, UTC+8)\ntry: --daily with a day that is over\n"},
		{"a month in the future", deliver("--monthly", "2999-11"), "deliverd: --monthly: 2999-11 has not ended\ntry: --monthly with a month that is over\n"},
		{"no day", deliver("--daily", "2025-02-30"), "deliverd: --daily: \"2025-02-30\" is no day: write it as 2025-12-09\ntry: --daily 2025-12-09\n"},
		{"no month", deliver("--daily", "2025-11-02", "--month", "November"), "deliverd: --month: \"November\" is no month: write it as 2025-12\ntry: --month 2025-12\n"},
		{"an argument too many", deliver("--daily", "2025-11-02", "extra"), "deliverd: deliver takes 0 arguments, got 1\ntry: deliverd help deliver\n"},
		{"unknown uin", deliver("--daily", "2025-11-02", "--uin", "999999"), "deliverd: account 999999 is not configured\ntry: --uin with an account of the configuration\n"},
		{"verify --from alone", []string{"verify", "--config", "{config}", "--from", "2025-11-01"},
			"deliverd: --from and --to go together\ntry: deliverd verify --config F --from 2025-11-01 --to 2025-11-30\n"},
		{"print-config of nothing", []string{"print-config"},
			"deliverd: no configuration: --config is missing\ntry: --config /etc/deliverd.yaml; deliverd print-config --defaults shows a commented one\n"},
		{"print-config of two things", []string{"print-config", "--config", "{config}", "--defaults"}, "deliverd: --config and --defaults exclude each other\ntry: one of --config and --defaults\n"},
		{"bucket without a folder", []string{"bucket"}, "deliverd: --dir is missing\ntry: deliverd help bucket\n"},
		{"bucket without a key", []string{"bucket", "--dir", "{dir}/b", "--secret-id", "id"}, "deliverd: --secret-key-file is missing\ntry: deliverd help bucket\n"},
		{"bucket with an unknown fault", []string{"bucket", "--dir", "{dir}/b", "--secret-id", "id", "--secret-key-file", "{dir}/secret-key", "--fault", "put-nothing"},
			"deliverd: --fault put-nothing: fault \"put-nothing\": no such fault\ntry: deliverd bucket --list-faults\n"},
		{"rehearse without days", []string{"rehearse", "--config", "{config}", "--from", "2026-02-01"},
			"deliverd: --to is missing\ntry: deliverd rehearse --config F --from 2026-01-28 --to 2026-03-06\n"},
		{"rehearse backwards", []string{"rehearse", "--config", "{config}", "--from", "2026-02-02", "--to", "2026-02-01"},
			"deliverd: --to 2026-02-01 lies before --from 2026-02-02\ntry: --from before --to\n"},
		{"rehearse a bad script", []string{"rehearse", "--config", "{config}", "--from", "2026-02-01", "--to", "2026-02-02", "--script", "{dir}/bad.script"},
			"deliverd: {dir}/bad.script: line 2: \"soon\" is no date\ntry: begin the line with a date and a time: 2026-02-01 09:30\n"},
		{"rehearse no script", []string{"rehearse", "--config", "{config}", "--from", "2026-02-01", "--to", "2026-02-02", "--script", "{dir}/none"},
			"deliverd: --script: open {dir}/none: no such file or directory\ntry: name a file with --script\n"},
		{"rehearse with a seed for nothing", []string{"rehearse", "--config", "{config}", "--from", "2026-02-01", "--to", "2026-02-02", "--seed", "3"},
			"deliverd: --seed goes with --random\ntry: --random --seed 7\n"},
		{"demo without lines", []string{"demo", "--lines", "0"}, "deliverd: --lines: a bill has at least one line\ntry: --lines 12000\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			got := s.run(test.args...)
			if diff := cmp.Diff(ended{exitUsage, "", test.stderr}, got, cmp.AllowUnexported(ended{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if s.objects() != 0 {
				t.Error("an object is in the bucket")
			}
		})
	}
}
