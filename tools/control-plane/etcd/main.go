// Program etcd is the store of kube-apiserver, built from its public Go module. Streaming lists need 3.4.31 or newer.
package main

import (
	"os"

	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() { etcdmain.Main(os.Args) }
