// The end of a benchmark's main.
#pragma once

#include <thread>

#include <benchmark/benchmark.h>

namespace clusterip::bench {

// Runs what is registered. The exit code: 1 for arguments that nobody knows.
inline int run(int argc, char** argv) {
  // glibc leaves the lock prefix out of a mutex until a second thread has been seen, which would flatter the
  // peers.
  std::thread([] {}).join();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return 0;
}

}  // namespace clusterip::bench
