// Package daemon starts and stops the clusteripd under test, for the Go programs that drive it.
package daemon

import (
	"bufio"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"k8s.io/client-go/rest"
)

// Daemon is one `clusteripd serve`; its data and its address stay through restarts.
type Daemon struct {
	URL     string
	t       testing.TB
	flags   []string
	command *exec.Cmd
}

// Start runs the program that CLUSTERIPD names with these flags, on a free loopback port. It ends with the test.
func Start(t testing.TB, ranges string, flags ...string) *Daemon {
	t.Helper()
	d := &Daemon{t: t, flags: append([]string{"serve", "--service-cluster-ip-range=" + ranges}, flags...)}
	d.run("--port=0")
	t.Cleanup(func() { d.Stop() })
	return d
}

// Stop ends the daemon as an operator would.
func (d *Daemon) Stop() {
	if d.command == nil {
		return
	}
	_ = d.command.Process.Signal(syscall.SIGTERM)
	if err := d.command.Wait(); err != nil {
		d.t.Errorf("clusteripd ended with %v", err)
	}
	d.command = nil
}

// Kill ends it without notice.
func (d *Daemon) Kill() {
	_ = d.command.Process.Kill()
	_ = d.command.Wait()
	d.command = nil
}

// Again starts it on the port that it had.
func (d *Daemon) Again() {
	d.t.Helper()
	d.run("--port=" + d.URL[strings.LastIndex(d.URL, ":")+1:])
}

func (d *Daemon) run(port string) {
	d.t.Helper()
	program := os.Getenv("CLUSTERIPD")
	if program == "" {
		d.t.Fatal("CLUSTERIPD does not name the daemon's program")
	}
	d.command = exec.Command(program, append(d.flags, port)...)
	d.command.Stderr = os.Stderr
	output, err := d.command.StdoutPipe()
	if err != nil {
		d.t.Fatal(err)
	}
	if err := d.command.Start(); err != nil {
		d.t.Fatal(err)
	}
	line, _ := bufio.NewReader(output).ReadString('\n')
	url, serving := strings.CutPrefix(strings.TrimSpace(line), "serving on ")
	if !serving {
		d.t.Fatalf("clusteripd said %q", line)
	}
	d.URL = url
}

// Config is what a client needs. The content type is that of bodies and of the answers it prefers.
func (d *Daemon) Config(contentType string) *rest.Config {
	config := &rest.Config{Host: d.URL, QPS: -1}
	config.ContentType = contentType
	if strings.Contains(contentType, "protobuf") {
		config.AcceptContentTypes = contentType + ",application/json"
	}
	return config
}
