// How many requests for resources were answered and how long they took, under the names and labels of a
// kube-apiserver. Any thread.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "daemon/api/request_path.hpp"
#include "daemon/api/resources.hpp"
#include "daemon/http/exchange.hpp"

namespace clusterip::daemon {

class RequestMetrics {
 public:
  // The path has been found to be one of the resource's.
  void count(const HttpRequest& request, const api::RequestPath& path, const api::Resource& resource,
             int status, Clock::duration took);
  // As Prometheus reads it.
  std::string text() const;

 private:
  // apiserver pkg/endpoints/metrics
  static constexpr std::array<double, 23> kBounds{
      0.005, 0.025, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 1.0, 1.25, 1.5, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 45, 60};
  // Texts are literals or the registry's.
  struct Kind {
    api::ResourceIndex resource = api::ResourceIndex::kServices;
    std::string_view version;
    std::string_view subresource;
    std::string_view verb;
    std::string_view scope;
    bool dry_run = false;
    friend auto operator<=>(const Kind&, const Kind&) = default;
  };
  struct Counts {
    std::map<int, std::uint64_t> by_status;
    std::array<std::uint64_t, kBounds.size()> within{};
    std::uint64_t all = 0;
    double seconds = 0;
  };

  static Kind kind_of(const HttpRequest& request, const api::RequestPath& path,
                      const api::Resource& resource);
  static std::string labels_of(const Kind& kind, int status);

  mutable std::mutex mutex_;
  std::map<Kind, Counts> kinds_;
};

}  // namespace clusterip::daemon
