// Package billsummary answers the billing API's DescribeBillSummary, of
// version 2018-07-09, from the totals that the ledger keeps of the newest
// snapshot of every bill: with the signatures, the limits, the number formats
// and the error codes that the provider's own clients know. No line is read
// for it, so that the time it takes does not depend on the bill. It answers
// DescribeBillDetail from the snapshots that lie with this node.
//
// Where a question lives:
//
//	who may ask, and what comes of a request   server.go
//	what a request says                        request.go, params.go
//	who sent it                                tc3.go, v1.go
//	how often one may ask                      limit.go
//	what a bill comes to, by what is asked     summary.go, groups.go, names.go
//	totals that are read once                  books.go
//	the lines of a bill, by page               detail.go, record.go, shelf.go
//	what is said when it cannot be answered    problem.go
//
// The package does not know where bills come from, how files are made, or
// buckets; and it does not listen: it is an http.Handler.
package billsummary
