//! The crate `sbitmap` (a port of the Linux kernel's), called from C++: one function a call, nothing else.

use sbitmap::Sbitmap;

#[no_mangle]
pub extern "C" fn peer_sbitmap_new(depth: usize) -> *mut Sbitmap {
    Box::into_raw(Box::new(Sbitmap::new(depth, None, false)))
}

/// # Safety
/// `bitmap` comes from `peer_sbitmap_new` and is not used afterwards.
#[no_mangle]
pub unsafe extern "C" fn peer_sbitmap_delete(bitmap: *mut Sbitmap) {
    drop(Box::from_raw(bitmap));
}

/// A free bit, searched from the word of `start` on; the depth where none was found.
///
/// # Safety
/// `bitmap` comes from `peer_sbitmap_new`.
#[no_mangle]
pub unsafe extern "C" fn peer_sbitmap_get(bitmap: *const Sbitmap, start: usize) -> usize {
    let mut hint = start;
    (*bitmap).get(&mut hint).unwrap_or((*bitmap).depth())
}

/// # Safety
/// `bitmap` comes from `peer_sbitmap_new`.
#[no_mangle]
pub unsafe extern "C" fn peer_sbitmap_put(bitmap: *const Sbitmap, bit: usize) {
    let mut hint = bit;
    (*bitmap).put(bit, &mut hint);
}

/// # Safety
/// `bitmap` comes from `peer_sbitmap_new`.
#[no_mangle]
pub unsafe extern "C" fn peer_sbitmap_test(bitmap: *const Sbitmap, bit: usize) -> bool {
    (*bitmap).test_bit(bit)
}
