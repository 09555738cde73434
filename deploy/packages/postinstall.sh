#!/bin/sh
# After the files are there. Debian calls it with "configure" and the version
# before, RPM with the number of versions installed. It starts and enables
# nothing: the configuration is an example until somebody writes one. A daemon
# that runs goes on with the new version.
set -e

case "$1" in
configure) if [ -n "$2" ]; then upgrade=yes; fi ;;
abort-*) exit 0 ;;
*) if [ "$1" -gt 1 ]; then upgrade=yes; fi ;;
esac

if command -v systemd-sysusers >/dev/null; then
	systemd-sysusers deliverd.conf
fi
# The daemon reads its configuration, nobody else does. Only what the package
# itself has put there is given to it.
config=/etc/deliverd/deliverd.yaml
if getent group deliverd >/dev/null && [ "$(stat -c %G "$config" 2>/dev/null)" = root ]; then
	chgrp deliverd "$config"
fi
if [ -d /run/systemd/system ]; then
	systemctl daemon-reload || true
	if [ "${upgrade-}" = yes ]; then
		systemctl try-restart deliverd.service || true
	fi
fi
