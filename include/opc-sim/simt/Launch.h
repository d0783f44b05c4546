//===- Launch.h - Kernels are launched --------------------------*- C++ -*-===//
//
// k<<<grid, block, shared, stream>>>(arguments) is rewritten to
// OPC_LAUNCH((k), grid, block, shared, stream)(arguments).
//
//===----------------------------------------------------------------------===//
#ifndef OPC_SIM_SIMT_LAUNCH_H
#define OPC_SIM_SIMT_LAUNCH_H

#include "Executor.h"
#include "Runtime.h"

#include <tuple>

/// Its value is a function that takes the arguments of the kernel. What it does
/// itself is the host's: its accesses are not a thread's.
#define OPC_LAUNCH(kernel, ...)                                                \
  (::opcsim::simt::Launcher(#kernel, ::std::source_location::current(),        \
                            __VA_ARGS__) |                                     \
   [=](auto... arguments)                                                      \
       __attribute__((no_sanitize("thread"))) { kernel(arguments...); })

namespace opcsim::simt {

/// Bytes of dynamic shared memory that a program has asked for beyond what a
/// launch may have without asking.
inline std::atomic<bool> sharedOptedIn = false;

/// Reports a launch that the device does not take.
inline Code checkLaunch(const LaunchConfig &config) {
  const DeviceModel &model = device();
  auto complain = [&](FaultKind kind, std::string text) {
    report(kind, config.kernel + " " + text, config.place);
    return Code::InvalidConfiguration;
  };
  constexpr size_t kMostBlocks = 0x7fffffff, kMostSide = 65535, kMostDeep = 64;
  size_t threads = product(config.block);
  if (threads == 0 || product(config.grid) == 0)
    return complain(
        FaultKind::LaunchLimit,
        say("with %zu blocks of %zu threads", product(config.grid), threads));
  if (threads > static_cast<size_t>(model.maxThreads) ||
      config.block.z > kMostDeep)
    return complain(FaultKind::LaunchLimit,
                    say("with %zu threads (%u,%u,%u) a block, %s takes %d",
                        threads, config.block.x, config.block.y, config.block.z,
                        model.name, model.maxThreads));
  if (config.grid.x > kMostBlocks || config.grid.y > kMostSide ||
      config.grid.z > kMostSide)
    return complain(FaultKind::LaunchLimit,
                    say("with a grid of (%u,%u,%u) blocks", config.grid.x,
                        config.grid.y, config.grid.z));
  size_t own = Executor::get().sharedMemory().bytesOf(config.kernel);
  size_t most = sharedOptedIn ? model.sharedOptIn : model.sharedPerBlock;
  if (own + config.shared > most)
    return complain(FaultKind::SharedLimit,
                    say("with %zu bytes of static and %zu of dynamic shared "
                        "memory, a block of %s has %zu",
                        own, config.shared, model.name, most));
  return Code::Success;
}

/// Gives a kernel to its stream.
inline void launch(const LaunchConfig &config, Stream *stream,
                   std::function<void()> body) {
  if (!isLive(stream, config.kernel.c_str(), config.place)) {
    result(Code::InvalidHandle);
    return;
  }
  if (Executor::current)
    fail(FaultKind::Unsupported,
         config.kernel + " is launched by a kernel, which is not simulated",
         config.place);
  if (result(checkLaunch(config)) != Code::Success)
    return;
  ++kernelsInFlight;
  // In flight for the host until it has waited, whenever the kernel runs.
  std::shared_ptr<void> flight(nullptr, [](void *) { --kernelsInFlight; });
  enqueue(stream, {.name = config.kernel,
                   .work = [config, body = std::move(body),
                            flight] { Executor::get().run(config, body); },
                   .place = config.place,
                   .mustBeWaitedFor = false});
}

class Launcher {
public:
  Launcher(const char *name, const Place &place, dim3 grid, dim3 block,
           size_t shared = 0, Stream *stream = nullptr)
      : config{trimmed(name), grid, block, shared, place}, stream(stream) {}

  template <class Kernel> auto operator|(Kernel kernel) const {
    return [*this, kernel](auto... arguments) {
      launch(config, stream, [kernel, arguments = std::tuple(arguments...)] {
        std::apply(kernel, arguments);
      });
    };
  }

private:
  /// Without the parentheses that the rewriter puts around it.
  static std::string trimmed(std::string name) {
    if (name.size() > 2 && name.front() == '(' && name.back() == ')')
      return name.substr(1, name.size() - 2);
    return name;
  }

  LaunchConfig config;
  Stream *stream;
};

/// Launches a kernel whose arguments are given by address.
template <class... Parameters>
void launchByAddress(void (*kernel)(Parameters...), dim3 grid, dim3 block,
                     void **arguments, size_t shared, Stream *stream,
                     const Place &place) {
  Dl_info info = {};
  dladdr(reinterpret_cast<void *>(kernel), &info);
  LaunchConfig config{info.dli_sname ? plainName(demangle(info.dli_sname))
                                     : "a kernel",
                      grid, block, shared, place};
  [&]<size_t... Is>(std::index_sequence<Is...>) {
    std::tuple<std::remove_cv_t<Parameters>...> values(
        *static_cast<std::remove_cv_t<Parameters> *>(arguments[Is])...);
    launch(config, stream, [=] { std::apply(kernel, values); });
  }(std::index_sequence_for<Parameters...>());
}

} // namespace opcsim::simt

#endif // OPC_SIM_SIMT_LAUNCH_H
