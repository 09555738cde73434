#!/bin/sh
# Before the files go, but not before others take their place. Debian calls it
# with "remove" or "upgrade", RPM with the number of versions that stay.
set -e

case "$1" in
remove | deconfigure | 0)
	if [ -d /run/systemd/system ]; then
		systemctl disable --now deliverd.service || true
	fi
	;;
esac
