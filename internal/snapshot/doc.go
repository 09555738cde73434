// Package snapshot keeps a bill as it was read at one moment: its lines, in
// order, and their exact totals, in one file on local disk. Written once,
// whole or not at all; read many times, by several readers at once.
//
// # Order, id, duplicates
//
// Lines are in the order of [bill.Line.Compare], sorted within bounded memory:
// a bill that comes nearly sorted goes straight to its file, any other over
// sorted runs on disk that are merged level by level (sorter.go). The id is a
// hash of account, month and the sorted lines, less the file a line was read
// from: the same bill read twice has the same id, however it was cut.
//
// A record that two files hold would be charged twice, so it is refused. In
// the order of the bill its lines meet, unless the files give it different
// bill days. For that, a bill of several files has its (record id, file) pairs
// sorted once more, the same way and within 8 MiB, which costs about as much as
// reading it; a bill of one file, or of the API, costs nothing (records.go).
// Not told apart from a doubled export: one that the provider cut in two in the
// middle of a record. A source gives the parts of one export one SourceFile.
//
// # Damage
//
// A file is written in a folder of its own, synced, and renamed; the rename is
// synced too. What a killed process left is swept by the next Create. Head,
// every block with its number, footer and trailer have checksums, and the
// trailer holds the size of it all, so that a cut, a flipped bit, a torn write
// and a misplaced block end in a [CorruptError] (file.go). An older snapshot
// never stands in for a damaged one.
//
// # The format
//
// Blocks of up to 2,048 lines, column by column, each column as one value, as a
// dictionary and indexes, or plain, whichever it turns out to be; the block
// packed with zstd at its fastest level. It was chosen by BenchmarkFormat:
//
//	go test -run - -bench Format ./internal/snapshot
//
// 65,536 lines of internal/sample, 772 bytes each, in memory, one run; lines
// are by CPU second, for the machine (2 cores) was busy with other work: the
// ratios count.
//
//	layout, codec      write lines/s   read lines/s   bytes a line
//	rows, plain              1,265 k        1,331 k          771.6
//	rows, s2                   760 k        1,030 k          135.9
//	rows, zstd                 438 k          784 k           83.6
//	columns, plain             838 k        2,672 k          248.3
//	columns, s2                638 k        2,141 k           89.1
//	columns, zstd              434 k        1,734 k           59.4
//
// Columns read twice as fast as rows, because most columns of a block hold one
// value or few, and those need not be parsed line by line. zstd over s2 costs
// a third of the writing and a fifth of the reading for a third of the disk:
// a bill is kept for months, twice, for thousands of accounts, and its source
// is slower than either. Reading a block makes one string of it, of which all
// texts are parts: 0.001 allocations a line. What a block's texts cost is held
// for as long as any of them is.
//
// A whole snapshot (sort, totals, id, file, sync) of 1,000,000 lines in the
// default memory was written at 186 k and read at 1,622 k lines a CPU second on
// that machine, with a peak of 98 MB; 200,000 lines had one of 87 MB. Of the
// writing, blocks take two fifths, totals one third, id and sort a tenth each.
//
// The package does not know where lines come from, nor what they mean beyond
// bill's sums and order; it holds no lock between processes (the ledger's lock
// of an account is what keeps a bill's writers apart), and knows no clock.
package snapshot
