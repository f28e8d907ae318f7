// Package transfer reads and writes the format of export and import, by which all data is copied
// from one database to another: JSON Lines, of which the first has the format's version and the
// number of rows of each table. The rows follow, table by table, each in the order of its primary
// key, so the same data gives the same bytes from every database.
//
// The file has hashes of passwords and of session tokens. With it passwords can be guessed offline,
// but the hashes can't be used to log in.
package transfer
