package main

import (
	"reflect"
	"unsafe"

	api "k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/registry/core/service/ipallocator"
	"k8s.io/kubernetes/pkg/registry/core/service/portallocator"
	"k8s.io/kubernetes/pkg/registry/core/service/storage"
)

// This file is the only one of the folder that knows what upstream keeps private. The linker resolves the functions
// below to upstream's own; one that upstream renames stops the build.

// transaction stands for upstream's private interface: two words, never called here.
type transaction interface {
	Commit()
	Revert()
}

//go:linkname makeAlloc k8s.io/kubernetes/pkg/registry/core/service/storage.makeAlloc
func makeAlloc(defaultFamily api.IPFamily, addresses map[api.IPFamily]ipallocator.Interface, ports portallocator.Interface) storage.Allocators

//go:linkname allocateCreate k8s.io/kubernetes/pkg/registry/core/service/storage.(*Allocators).allocateCreate
func allocateCreate(allocators *storage.Allocators, service *api.Service, dryRun bool) (transaction, error)

//go:linkname allocateUpdate k8s.io/kubernetes/pkg/registry/core/service/storage.(*Allocators).allocateUpdate
func allocateUpdate(allocators *storage.Allocators, after storage.After, before storage.Before, dryRun bool) (transaction, error)

//go:linkname normalizeClusterIPs k8s.io/kubernetes/pkg/registry/core/service/storage.normalizeClusterIPs
func normalizeClusterIPs(after storage.After, before storage.Before)

//go:linkname patchAllocatedValues k8s.io/kubernetes/pkg/registry/core/service/storage.patchAllocatedValues
func patchAllocatedValues(after storage.After, before storage.Before)

//go:linkname defaultOnReadService k8s.io/kubernetes/pkg/registry/core/service/storage.(*REST).defaultOnReadService
func defaultOnReadService(rest *storage.REST, service *api.Service)

// restOf is a REST that knows its default family and nothing else.
func restOf(primary api.IPFamily) *storage.REST {
	rest := &storage.REST{}
	field := reflect.ValueOf(rest).Elem().FieldByName("primaryIPFamily")
	reflect.NewAt(field.Type(), unsafe.Pointer(field.UnsafeAddr())).Elem().Set(reflect.ValueOf(primary))
	return rest
}
