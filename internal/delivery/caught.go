package delivery

import (
	"fmt"
	"runtime/debug"
)

// caught, deferred, makes an error of a panic: a bill that finds a mistake of ours
// breaks its own delivery alone, not the daemon that has others to make. Every
// goroutine of a delivery has it; the loop that runs them has its own.
func caught(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("a defect of deliverd, please report it: panic: %v\n%s", r, debug.Stack())
	}
}
