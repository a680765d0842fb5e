// Calls a method with prepared requests and measures how long each call takes.
//
// Requests and responses stay bytes, so that the measuring costs little of the machine that is
// measured. One thread, one completion queue.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace rectify::bench {

struct LoadOptions {
  std::string target;                 // host:port
  std::string method;                 // "/rectify.venue.v1.VenueRegistry/GetVenue"
  std::string token;                  // bearer token, may be empty
  std::vector<std::string> requests;  // call n sends requests[n % size]
  int calls = 0;                      // measured ones
  int warmup = 0;                     // further calls at the beginning that are not measured
  double seconds = 0;                 // no call begins later than this after the first; 0: no limit
  int concurrency = 1;                // calls in flight; with a rate, at most so many
  int connections = 1;
  double rate = 0;  // calls begun per second; 0: the next begins when one has ended
};

struct LoadResult {
  double seconds = 0;                 // from the first measured call's begin to the last one's end
  std::vector<int64_t> latencies_ns;  // of the measured calls that succeeded, sorted
  int failures = 0;                   // of all calls
  std::string first_error;
  std::string last_response;  // bytes
};

LoadResult RunLoad(const LoadOptions& options);

}  // namespace rectify::bench
