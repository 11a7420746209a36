// Package servicecidr is empty here: run.sh lays upstream's tests for ServiceCIDRs into it while they are built.
package servicecidr
