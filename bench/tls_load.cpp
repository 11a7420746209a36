#include "bench/tls_load.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <thread>
#include <vector>

#include <httplib.h>

namespace clusterip::bench {
namespace {

using Clock = std::chrono::steady_clock;

template <class Client>
bool ask(Client& client, const LibraryLoad& load, std::size_t number) {
  if (!load.body) {
    const auto answer = client.Get(load.path);
    return answer && answer->status == 200;
  }
  const auto answer = client.Post(load.path, load.body(number), "application/json");
  return answer && answer->status == 201;
}

template <class Client>
LoadFigures drive(const LibraryLoad& load) {
  std::mutex mutex;
  std::vector<double> delays;
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> failed{0};
  const auto begin = Clock::now();
  const auto end =
      begin + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(load.seconds));
  std::vector<std::thread> clients;
  clients.reserve(static_cast<std::size_t>(load.connections));
  for (int c = 0; c < load.connections; ++c) {
    clients.emplace_back([&] {
      Client client("127.0.0.1", load.port);
      client.set_keep_alive(true);
      client.set_tcp_nodelay(true);
      if (!load.token.empty()) client.set_bearer_token_auth(load.token);
      if constexpr (std::is_same_v<Client, httplib::SSLClient>)
        client.enable_server_certificate_verification(false);
      std::vector<double> own;
      while (Clock::now() < end) {
        const std::size_t number = next++;
        if (load.requests != 0 && number >= load.requests) break;
        const auto sent = Clock::now();
        if (!ask(client, load, number)) ++failed;
        own.push_back(std::chrono::duration<double, std::milli>(Clock::now() - sent).count());
      }
      const std::lock_guard lock(mutex);
      delays.insert(delays.end(), own.begin(), own.end());
    });
  }
  for (std::thread& client : clients) client.join();
  return summarize(delays, failed, std::chrono::duration<double>(Clock::now() - begin).count());
}

}  // namespace

LoadFigures run_library_load(const LibraryLoad& load) {
  return load.tls ? drive<httplib::SSLClient>(load) : drive<httplib::Client>(load);
}

}  // namespace clusterip::bench
