#include "bench/rounds.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string_view>

namespace clusterip::bench {
namespace {

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr,
               "%s\nset_bench [--rounds=N] [--slot-ms=N] [--only=PART-OF-A-NAME] [--sbitmap=LIBRARY]\n",
               what.c_str());
  std::exit(2);
}

double read_number(const std::string& name, const std::string& value) {
  char* end = nullptr;
  const double number = std::strtod(value.c_str(), &end);
  if (value.empty() || *end != '\0' || number < 1)
    refuse(name + ": not a number from 1 on: \"" + value + "\"");
  return number;
}

// The median over the rounds of this peer's time by the other's.
std::optional<double> ratio(const std::vector<double>& times, const std::vector<double>* others) {
  if (others == nullptr) return std::nullopt;
  std::vector<double> ratios;
  for (std::size_t i = 0; i < times.size(); ++i) ratios.push_back(times[i] / (*others)[i]);
  return median(std::move(ratios));
}

void print_ratio(const char* name, const std::optional<double>& value) {
  if (value) std::printf(", \"%s\": %.4f", name, *value);
}

}  // namespace

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

Options read_options(int argc, char** argv) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    const std::size_t equals = argument.find('=');
    const std::string name = argument.substr(0, equals);
    const std::string value = equals == std::string::npos ? "" : argument.substr(equals + 1);
    if (name == "--rounds") {
      options.rounds = static_cast<int>(read_number(name, value));
    } else if (name == "--slot-ms") {
      options.slot_ms = read_number(name, value);
    } else if (name == "--only") {
      options.only = value;
    } else if (name == "--sbitmap") {
      options.sbitmap = value;
    } else {
      refuse("unknown argument: " + argument);
    }
  }
  return options;
}

std::string Figure::name() const {
  return what + "/" + std::to_string(bits) + "/" + std::to_string(permille) + "/" + std::to_string(threads);
}

Rounds::Rounds(const Options& options) : options_(options) {
  std::printf("[");
}

Rounds::~Rounds() {
  std::printf("\n]\n");
}

bool Rounds::wants(const Figure& figure) const {
  return figure.name().find(options_.only) != std::string::npos;
}

void Rounds::run(const Figure& figure, const std::vector<Contender>& contenders) {
  std::vector<std::vector<double>> times(contenders.size());
  for (int round = 0; round < options_.rounds; ++round) {
    for (std::size_t i = 0; i < contenders.size(); ++i) times[i].push_back(contenders[i].slot());
  }
  const auto times_of = [&](std::string_view peer) -> const std::vector<double>* {
    for (std::size_t i = 0; i < contenders.size(); ++i) {
      if (contenders[i].peer == peer) return &times[i];
    }
    return nullptr;
  };
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::vector<double> sorted = times[i];
    std::sort(sorted.begin(), sorted.end());
    std::printf(
        "%s\n {\"peer\": \"%s\", \"what\": \"%s\", \"bits\": %d, \"permille\": %d, \"threads\": %d, "
        "\"ns\": %.2f, \"lower_quarter\": %.2f, \"upper_quarter\": %.2f",
        first_ ? "" : ",", contenders[i].peer.c_str(), figure.what.c_str(), figure.bits, figure.permille,
        figure.threads, median(times[i]), sorted[sorted.size() / 4], sorted[sorted.size() * 3 / 4]);
    print_ratio("to_floor", ratio(times[i], times_of("floor")));
    print_ratio("to_engine", ratio(times[i], times_of("engine")));
    if (contenders[i].bytes > 0) std::printf(", \"bytes\": %.1f", contenders[i].bytes);
    std::printf("}");
    std::fflush(stdout);
    first_ = false;
  }
}

}  // namespace clusterip::bench
