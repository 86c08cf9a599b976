// Package repotest_test holds the tests of the repository itself: its written-down
// API, the imports of its packages, what a program that imports it gets, and its
// test data. They run in the folder of the module.
package repotest_test

import (
	"log"
	"os"
	"path/filepath"
	"testing"
)

func TestMain(m *testing.M) {
	if err := os.Chdir(filepath.Join("..", "..")); err != nil {
		log.Fatal(err)
	}
	os.Exit(m.Run())
}
