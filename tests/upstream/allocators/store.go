package main

import (
	"context"

	networkingv1 "k8s.io/api/networking/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	networkingclient "k8s.io/client-go/kubernetes/typed/networking/v1"
	networkinglisters "k8s.io/client-go/listers/networking/v1"
	"k8s.io/client-go/tools/cache"
)

var resource = networkingv1.Resource("ipaddresses")

// A store is the informer's real store of IPAddress objects, with a client that writes into it.
type store struct{ indexer cache.Indexer }

func newStore() *store {
	return &store{cache.NewIndexer(cache.DeletionHandlingMetaNamespaceKeyFunc,
		cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})}
}

func (s *store) client() *client { return &client{store: s} }

func (s *store) informer(lists bool) *informer {
	return &informer{IPAddressLister: networkinglisters.NewIPAddressLister(s.indexer), lists: lists}
}

// client is the part of the typed client that the allocator uses.
type client struct {
	networkingclient.NetworkingV1Interface
	networkingclient.IPAddressInterface
	store *store
}

func (c *client) IPAddresses() networkingclient.IPAddressInterface { return c }

func (c *client) Create(_ context.Context, object *networkingv1.IPAddress,
	_ metav1.CreateOptions) (*networkingv1.IPAddress, error) {
	if _, there, _ := c.store.indexer.GetByKey(object.Name); there {
		return nil, apierrors.NewAlreadyExists(resource, object.Name)
	}
	return object, c.store.indexer.Add(object)
}

func (c *client) Delete(_ context.Context, name string, _ metav1.DeleteOptions) error {
	object, there, _ := c.store.indexer.GetByKey(name)
	if !there {
		return apierrors.NewNotFound(resource, name)
	}
	return c.store.indexer.Delete(object)
}

// informer shows the store through the real lister; without lists a list is empty, and a look-up is not.
type informer struct {
	cache.SharedIndexInformer
	networkinglisters.IPAddressLister
	lists bool
}

func (i *informer) Informer() cache.SharedIndexInformer       { return i }
func (i *informer) Lister() networkinglisters.IPAddressLister { return i }
func (i *informer) HasSynced() bool                           { return true }
func (i *informer) List(selector labels.Selector) ([]*networkingv1.IPAddress, error) {
	if !i.lists {
		return nil, nil
	}
	return i.IPAddressLister.List(selector)
}
