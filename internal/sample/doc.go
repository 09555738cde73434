// Package sample invents bills that look like the provider's: every kind of
// transaction, price and payment that a detail bill can hold, in amounts that
// add up. `deliverd demo`, tests and benchmarks use them.
//
// A bill is a function of its description alone: the same [Bill] yields the
// same lines, byte for byte, on every machine. No clock, no environment. Of two
// bills that differ in Through only, the shorter is the beginning of the longer,
// so that a month can be watched growing.
//
// What holds of every line:
//   - it is complete ([bill.Line.Complete] changes nothing);
//   - RealCost = (Cost - OriginalCostWithRI - OriginalCostWithSP) × Discount,
//     rounded half to even to 8 decimals, where Cost and Discount are given;
//   - RealCost = CashPayAmount + IncentivePayAmount + TransferPayAmount + VoucherPayAmount.
//
// The lines are those of the API: they have no TotalCost. [Write] renders them
// in the dialects that people have files in; a dialect that lacks a column
// loses it, as the real ones do.
//
// The names and codes are in the provider's style, the accounts, prices and
// resources are invented. The package does not know how a bill is read.
package sample
