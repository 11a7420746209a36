#include <cstdio>

#include <engine/net/bands.hpp>
#include <engine/net/text.hpp>
#include <engine/set/address_set.hpp>

int main() {
  clusterip::AddressSet set;
  const auto bands = clusterip::bands_of(*clusterip::read_cidr("10.96.0.0/24"));
  const auto claimed = set.claim_next(*bands->dynamic_band(), bands->dynamic_band()->first);
  std::printf("%s\n", claimed->to_string().c_str());
  return set.contains(*claimed) ? 0 : 1;
}
