//go:build !unix

package main

func main() {} // it needs a pseudo-terminal
