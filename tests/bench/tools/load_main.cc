// bench_load: drives one gRPC method and prints one JSON object.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "tests/bench/tools/load.h"

namespace {

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("can't read " + path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// Each request as its size (four bytes, of this machine's order) and its bytes.
std::vector<std::string> ReadRequests(const std::string& path) {
  const std::string data = ReadFile(path);
  std::vector<std::string> requests;
  for (size_t at = 0; at < data.size();) {
    uint32_t size = 0;
    if (data.size() - at < sizeof(size)) throw std::runtime_error(path + " is cut off");
    std::memcpy(&size, data.data() + at, sizeof(size));
    at += sizeof(size);
    if (data.size() - at < size) throw std::runtime_error(path + " is cut off");
    requests.push_back(data.substr(at, size));
    at += size;
  }
  if (requests.empty()) throw std::runtime_error(path + " has no requests");
  return requests;
}

double Milliseconds(const std::vector<int64_t>& sorted, double share) {
  if (sorted.empty()) return 0;
  const size_t index = static_cast<size_t>(static_cast<double>(sorted.size()) * share);
  return static_cast<double>(sorted[std::min(index, sorted.size() - 1)]) / 1e6;
}

}  // namespace

int main(int argc, char** argv) {
  rectify::bench::LoadOptions options;
  std::string requests, response;
  CLI::App app("Drives one gRPC method");
  app.add_option("--target", options.target, "host:port")->required();
  app.add_option("--method", options.method, "/package.Service/Method")->required();
  app.add_option("--requests", requests, "File of requests, each with its size before it")
      ->required();
  app.add_option("--token", options.token, "Bearer token");
  app.add_option("--calls", options.calls, "Measured calls")->required();
  app.add_option("--warmup", options.warmup, "Calls before them");
  app.add_option("--seconds", options.seconds, "No call begins later; 0: no limit");
  app.add_option("--concurrency", options.concurrency, "Calls in flight")->capture_default_str();
  app.add_option("--connections", options.connections, "TCP connections")->capture_default_str();
  app.add_option("--rate", options.rate, "Calls begun per second; 0: as fast as they end");
  app.add_option("--response", response, "Where to write the last response");
  CLI11_PARSE(app, argc, argv);
  try {
    options.requests = ReadRequests(requests);
    const rectify::bench::LoadResult result = rectify::bench::RunLoad(options);
    if (!response.empty()) std::ofstream(response, std::ios::binary) << result.last_response;
    const auto succeeded = static_cast<double>(result.latencies_ns.size());
    const nlohmann::json out = {{"per_second", succeeded / result.seconds},
                                {"p50_ms", Milliseconds(result.latencies_ns, 0.5)},
                                {"p99_ms", Milliseconds(result.latencies_ns, 0.99)},
                                {"calls", result.latencies_ns.size()},
                                {"failures", result.failures},
                                {"first_error", result.first_error}};
    std::printf("%s\n", out.dump().c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench_load: %s\n", error.what());
    return 1;
  }
  return 0;
}
