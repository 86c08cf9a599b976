// Command tiledesk-jwt lists and revokes the JWT tokens of a Tiledesk account,
// for people in an incident and for cron.
//
// Each command has a file of its own. A command gets an [app], which holds what
// of the process it may use, and returns an error that knows its exit code.
// Whatever is printed goes through a [console], which takes control characters
// and everything that looks like a token out of it.
package main

import "os"

func main() { os.Exit(newApp().run(os.Args[1:])) }
