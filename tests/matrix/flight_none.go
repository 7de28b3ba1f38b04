//go:build !go1.25
// +build !go1.25

package main

var flightRecorder func(file string, run func())
