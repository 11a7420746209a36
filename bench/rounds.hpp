// Measuring peers against each other on a machine that is not quiet.
//
// A figure is measured in rounds. In each round every peer has one slot of some milliseconds, right after the
// others', so what disturbs one disturbs all; within a slot the median over small batches counts, which a
// short interruption does not move. Reported are the medians over the rounds: of the time, and of the ratios
// to the floor and to the engine of the same round.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <vector>

#include "bench/held.hpp"

namespace clusterip::bench {

double median(std::vector<double> values);

struct Options {
  int rounds = 21;
  double slot_ms = 10;
  std::string only;     // figures whose name contains this
  std::string sbitmap;  // path of the library, or nothing
};
// Ends the program with a message if the arguments are wrong.
Options read_options(int argc, char** argv);

struct Figure {
  std::string what;
  int bits = 0;      // log2 of the size
  int permille = 0;  // how full
  int threads = 1;
  std::string name() const;
};

struct Contender {
  std::string peer;
  std::function<double()> slot;  // ns a call
  double bytes = 0;              // that a held address takes, or 0
};

// What a slot is made of: time that is not counted, for caches; then batches.
class SlotTimer {
 public:
  explicit SlotTimer(double milliseconds)
      : counted_(Clock::now() + to_duration(milliseconds / 5)), end_(counted_ + to_duration(milliseconds)) {}
  // Calls `batch`, which returns seconds, until the slot is over; the median of the counted ones.
  template <class Batch>
  std::vector<double> run(Batch batch) {
    std::vector<double> seconds;
    for (auto now = Clock::now(); now < end_ || seconds.empty(); now = Clock::now()) {
      const double took = batch();
      if (now >= counted_) seconds.push_back(took);
    }
    return seconds;
  }

 private:
  static Clock::duration to_duration(double milliseconds) {
    return std::chrono::duration_cast<Clock::duration>(
        std::chrono::duration<double, std::milli>(milliseconds));
  }
  Clock::time_point counted_;
  Clock::time_point end_;
};

// Prints rows of one JSON list.
class Rounds {
 public:
  explicit Rounds(const Options& options);
  ~Rounds();
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  bool wants(const Figure& figure) const;
  void run(const Figure& figure, const std::vector<Contender>& contenders);

 private:
  const Options& options_;
  bool first_ = true;
};

}  // namespace clusterip::bench
