// Package testkit runs the whole server in a test: in this process or as the
// real binary, over the embedded database or over PostgreSQL, with clients that
// hold every answer against api/swagger.yml.
//
// Helpers end the test by Fatal where they fail, so call them from
// the test's own goroutine; those that return an error may be called from any.
package testkit
