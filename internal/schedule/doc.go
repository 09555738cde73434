// Package schedule turns cron expressions into due times, and due times into
// the deliveries they stand for.
//
// It knows the calendar: in which zone an expression is read, what happens on
// the days the clocks are changed, and which period of the bill is delivered
// at which moment. It reads no clock (a moment is always a parameter), and it
// knows neither bills nor buckets nor what has been delivered already: whether
// a cadence is switched on, and since when, is for its callers to say.
package schedule
