package main

import (
	"context"
	"slices"
	"strings"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	networkinginformers "k8s.io/client-go/informers/networking/v1"
	networkingclient "k8s.io/client-go/kubernetes/typed/networking/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
)

// A cluster holds the ServiceCIDR and IPAddress objects, as the apiserver's storage would, and shows them to the
// allocators as the client and the informers that they want. Its caches are always in step.
type cluster struct {
	cidrs     map[string]*networkingv1.ServiceCIDR
	addresses map[string]*networkingv1.IPAddress
	handlers  []cache.ResourceEventHandler
}

func newCluster() *cluster {
	return &cluster{cidrs: map[string]*networkingv1.ServiceCIDR{}, addresses: map[string]*networkingv1.IPAddress{}}
}

var addressResource = networkingv1.Resource("ipaddresses")

// addressClient is the part of the typed client that allocators use. A create passes the real rules of creation.
type addressClient struct {
	networkingclient.NetworkingV1Interface
	networkingclient.IPAddressInterface
	cluster *cluster
}

func (c addressClient) IPAddresses() networkingclient.IPAddressInterface { return c }

func (c addressClient) Create(_ context.Context, object *networkingv1.IPAddress,
	_ metav1.CreateOptions) (*networkingv1.IPAddress, error) {
	if err := refuseCreate(object.DeepCopy()); err != nil {
		return nil, err
	}
	if _, ok := c.cluster.addresses[object.Name]; ok {
		return nil, apierrors.NewAlreadyExists(addressResource, object.Name)
	}
	c.cluster.addresses[object.Name] = object.DeepCopy()
	return object, nil
}

func (c addressClient) Get(_ context.Context, name string, _ metav1.GetOptions) (*networkingv1.IPAddress, error) {
	if object, ok := c.cluster.addresses[name]; ok {
		return object, nil
	}
	return nil, apierrors.NewNotFound(addressResource, name)
}

func (c addressClient) Delete(_ context.Context, name string, _ metav1.DeleteOptions) error {
	if _, ok := c.cluster.addresses[name]; !ok {
		return apierrors.NewNotFound(addressResource, name)
	}
	delete(c.cluster.addresses, name)
	return nil
}

// addressView is informer and lister of the IPAddress objects.
type addressView struct {
	cache.SharedIndexInformer
	networkinglisters.IPAddressListerExpansion
	cluster *cluster
}

func (v addressView) Informer() cache.SharedIndexInformer       { return v }
func (v addressView) Lister() networkinglisters.IPAddressLister { return v }
func (v addressView) HasSynced() bool                           { return true }

func (v addressView) Get(name string) (*networkingv1.IPAddress, error) {
	return addressClient{cluster: v.cluster}.Get(context.Background(), name, metav1.GetOptions{})
}

func (v addressView) List(selector labels.Selector) (out []*networkingv1.IPAddress, _ error) {
	for _, object := range v.cluster.addresses {
		if selector.Matches(labels.Set(object.Labels)) {
			out = append(out, object)
		}
	}
	return out, nil
}

// cidrView is informer and lister of the ServiceCIDR objects; it lists them in text order of their names.
type cidrView struct {
	cache.SharedIndexInformer
	networkinglisters.ServiceCIDRListerExpansion
	cluster *cluster
}

func (v cidrView) Informer() cache.SharedIndexInformer         { return v }
func (v cidrView) Lister() networkinglisters.ServiceCIDRLister { return v }
func (v cidrView) HasSynced() bool                             { return true }

func (v cidrView) AddEventHandler(handler cache.ResourceEventHandler) (cache.ResourceEventHandlerRegistration, error) {
	v.cluster.handlers = append(v.cluster.handlers, handler)
	return nil, nil
}

func (v cidrView) Get(name string) (*networkingv1.ServiceCIDR, error) {
	if object, ok := v.cluster.cidrs[name]; ok {
		return object, nil
	}
	return nil, apierrors.NewNotFound(networkingv1.Resource("servicecidrs"), name)
}

func (v cidrView) List(labels.Selector) (out []*networkingv1.ServiceCIDR, _ error) {
	for _, object := range v.cluster.cidrs {
		out = append(out, object)
	}
	slices.SortFunc(out, func(a, b *networkingv1.ServiceCIDR) int { return strings.Compare(a.Name, b.Name) })
	return out, nil
}

var _ networkinginformers.IPAddressInformer = addressView{}
var _ networkinginformers.ServiceCIDRInformer = cidrView{}
