// Answers what the real code of Kubernetes makes of a create or an update of a Service: one JSON request a line on
// standard input, {"service":…,"old":…,"families":["IPv4","IPv6"]}, one answer a line on standard output.
//
// It runs defaulting, the steps of the registry (storage.go, alloc.go), the strategy and validation, and the
// warnings. The allocators give 10.96.0.77 and fd00:96::77 to whoever asks for any address, and what was asked for to
// all others. Node ports are drawn.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"

	v1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"
	genericapirequest "k8s.io/apiserver/pkg/endpoints/request"
	"k8s.io/apiserver/pkg/registry/rest"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	api "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install"
	"k8s.io/kubernetes/pkg/registry/core/service"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
	"k8s.io/kubernetes/pkg/registry/core/service/portallocator"
	"k8s.io/kubernetes/pkg/registry/core/service/storage"
)

type request struct {
	Service  json.RawMessage `json:"service"`
	Old      json.RawMessage `json:"old"`
	Families []api.IPFamily  `json:"families"`
}

type answer map[string]any

// fixed is an allocator that refuses nobody.
type fixed struct {
	ipallocator.Interface
	family api.IPFamily
}

func (f fixed) Allocate(net.IP) error { return nil }
func (f fixed) Release(net.IP) error  { return nil }
func (f fixed) AllocateNext() (net.IP, error) {
	if f.family == api.IPv4Protocol {
		return net.ParseIP("10.96.0.77"), nil
	}
	return net.ParseIP("fd00:96::77"), nil
}

func allocatorsOf(families []api.IPFamily) storage.Allocators {
	addresses := map[api.IPFamily]ipallocator.Interface{}
	for _, family := range families {
		addresses[family] = fixed{family: family}
	}
	ports, err := portallocator.NewInMemory(*utilnet.ParsePortRangeOrDie("30000-32767"))
	if err != nil {
		panic(err)
	}
	return makeAlloc(families[0], addresses, ports)
}

func decode(raw json.RawMessage) (*api.Service, error) {
	var in v1.Service
	if err := json.Unmarshal(raw, &in); err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(&in)
	out, err := legacyscheme.Scheme.ConvertToVersion(&in, runtime.InternalGroupVersioner)
	if err != nil {
		return nil, err
	}
	service := out.(*api.Service)
	if service.Namespace == "" {
		service.Namespace = "default"
	}
	return service, nil
}

func create(ctx context.Context, fresh *api.Service, families []api.IPFamily) error {
	rest.FillObjectMetaSystemFields(fresh)
	if fresh.GenerateName != "" && fresh.Name == "" {
		fresh.Name = fresh.GenerateName + "xxxxx"
	}
	allocators := allocatorsOf(families)
	normalizeClusterIPs(storage.After{Service: fresh}, storage.Before{})
	if _, err := allocateCreate(&allocators, fresh, false); err != nil {
		return err
	}
	return rest.BeforeCreate(service.Strategy, ctx, fresh)
}

func update(ctx context.Context, fresh, old *api.Service, families []api.IPFamily) error {
	old.UID, fresh.UID = "u", "u"
	old.ResourceVersion, fresh.ResourceVersion = "1", "1"
	old.CreationTimestamp = metav1.Now()
	allocators := allocatorsOf(families)
	after, before := storage.After{Service: fresh}, storage.Before{Service: old}
	defaultOnReadService(restOf(families[0]), old)
	patchAllocatedValues(after, before)
	normalizeClusterIPs(after, before)
	if _, err := allocateUpdate(&allocators, after, before, false); err != nil {
		return err
	}
	return rest.BeforeUpdate(service.Strategy, ctx, fresh, old)
}

func refusal(err error) answer {
	status, ok := err.(*apierrors.StatusError)
	if !ok {
		return answer{"error": err.Error()}
	}
	causes := [][]string{}
	if details := status.ErrStatus.Details; details != nil {
		for _, cause := range details.Causes {
			causes = append(causes, []string{string(cause.Type), cause.Field, cause.Message})
		}
	}
	return answer{"code": status.ErrStatus.Code, "message": status.ErrStatus.Message, "causes": causes}
}

func handle(line []byte) (reply answer) {
	defer func() {
		if crash := recover(); crash != nil {
			reply = answer{"crash": true}
		}
	}()
	var asked request
	if err := json.Unmarshal(line, &asked); err != nil {
		return answer{"bad": err.Error()}
	}
	fresh, err := decode(asked.Service)
	if err != nil {
		return answer{"bad": err.Error()}
	}
	ctx := genericapirequest.WithNamespace(context.Background(), "default")
	if len(asked.Old) == 0 {
		err = create(ctx, fresh, asked.Families)
	} else {
		old, bad := decode(asked.Old)
		if bad != nil {
			return answer{"bad": bad.Error()}
		}
		err = update(ctx, fresh, old, asked.Families)
	}
	if err != nil {
		return refusal(err)
	}
	out, err := legacyscheme.Scheme.ConvertToVersion(fresh, v1.SchemeGroupVersion)
	if err != nil {
		return answer{"error": err.Error()}
	}
	reply = answer{"code": 200, "spec": out.(*v1.Service).Spec}
	if warnings := service.Strategy.WarningsOnCreate(ctx, fresh); len(warnings) > 0 {
		reply["warnings"] = warnings
	}
	return reply
}

func main() {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(make([]byte, 1<<20), 1<<26)
	replies := json.NewEncoder(os.Stdout)
	replies.SetEscapeHTML(false)
	for lines.Scan() {
		if err := replies.Encode(handle(lines.Bytes())); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
