//===- Launch.h - A kernel on many cores ----------------------*- C++ -*-===//
//
// One host thread a core. A kernel of mixed type runs as one cube core and its
// vector cores a block; a kernel that says nothing of its type becomes that of
// the unit that it uses first.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_LAUNCH_H
#define OPC_SIM_ASCENDC_SIM_LAUNCH_H

#include "Core.h"
#include "CrossCore.h"

#include <list>
#include <string_view>
#include <thread>

namespace opcsim::ascend {

inline const Chip &chosenChip() {
  const std::string &name = Settings::get().chip;
  if (name.empty())
    return kChips[0];
  for (const Chip &chip : kChips)
    if (name == chip.name)
      return chip;
  std::fprintf(stderr, "opcsim: OPCSIM_CHIP is '%s', expected 910b or 950\n",
               name.c_str());
  std::_Exit(2);
}

/// What a launch is made of: a kernel's body, called once a core.
class Launch {
public:
  Launch(const char *kernel, unsigned blocks, std::function<void()> body)
      : kernel(kernel), blocks(blocks), chip(chosenChip()),
        body(std::move(body)), crossCore(blocks, chip.vectorPerCube) {}

  /// Runs the blocks, as many at once as the chip has cores.
  void run() {
    unsigned atOnce = chip.cubeCores * chip.vectorPerCube;
    for (unsigned first = 0; first < blocks; first += atOnce) {
      for (unsigned i = first; i < std::min(blocks, first + atOnce); ++i)
        start(i, 0, CoreType::Undecided);
      join();
    }
    std::lock_guard lock(GlobalMemory::get().mutex);
    GlobalMemory::get().accesses.clear();
  }

  /// The running core says that its kernel is a mixed one: it is the cube core,
  /// and the vector cores of its block start.
  void mix(Core &core) {
    if (core.type != CoreType::Undecided)
      return;
    core.type = CoreType::Cube;
    mixed = true;
    std::lock_guard lock(mutex);
    for (unsigned sub = 0; sub < chip.vectorPerCube; ++sub)
      start(core.block, sub, CoreType::Vector);
  }

  const char *const kernel;
  const unsigned blocks;
  const Chip &chip;
  std::atomic<bool> mixed{false};

private:
  std::function<void()> body;
  std::mutex mutex;
  std::list<std::jthread> threads;

public:
  CrossCore crossCore;

private:
  void start(unsigned block, unsigned sub, CoreType type) {
    threads.emplace_back(
        [this, block, sub, type] { runCore(block, sub, type); });
  }

  /// The list grows while its threads run, at its end.
  void join() {
    for (auto it = threads.begin(); it != threads.end(); ++it)
      it->join();
    threads.clear();
  }

  void runCore(unsigned block, unsigned sub, CoreType type) {
    // Cube cores and undecided ones come after the vector cores of all blocks.
    bool vector = type == CoreType::Vector;
    unsigned index = vector ? block * chip.vectorPerCube + sub : block;
    unsigned number = vector ? index : blocks * chip.vectorPerCube + block;
    Core core(*this, chip, number, block, sub, index, type);
    Core::current() = &core;
    currentPosition = [] {
      Core *core = Core::current();
      return core ? Position{core->launch.kernel, core->title(), ""}
                  : Position{};
    };
    body();
    core.drain("the end of the kernel", {});
    core.checkEvents();
    crossCore.checkEnd(core);
    Core::current() = nullptr;
  }
};

/// An argument as the kernel takes it: pointers are pointers to global memory,
/// whatever the host calls them.
template <typename To, typename From> To argumentAs(From from) {
  if constexpr (std::is_pointer_v<To> && std::is_pointer_v<From>)
    return reinterpret_cast<To>(
        const_cast<std::remove_cv_t<std::remove_pointer_t<From>> *>(from));
  else
    return static_cast<To>(from);
}

/// A kernel and on how many blocks it runs; a call runs it to its end.
template <typename... Parameters> class Launcher {
public:
  Launcher(std::string name, std::source_location where,
           void (*kernel)(Parameters...), unsigned blocks)
      : name(std::move(name)), where(where), kernel(kernel), blocks(blocks) {}

  template <typename... Arguments> void operator()(Arguments... arguments) {
    if (blocks == 0 || blocks > 65535) {
      report(FaultKind::LaunchLimit,
             say("%s with %u blocks", name.c_str(), blocks), where);
      return;
    }
    Launch(name.c_str(), blocks, [&] {
      kernel(argumentAs<Parameters>(arguments)...);
    }).run();
  }

private:
  std::string name;
  std::source_location where;
  void (*kernel)(Parameters...);
  unsigned blocks;
};

/// The launch syntax as a call: L2 control and stream have nothing to do.
template <typename... Parameters>
Launcher<Parameters...> launcher(std::string name, std::source_location where,
                                 void (*kernel)(Parameters...), size_t blocks,
                                 const void * = nullptr,
                                 const void * = nullptr) {
  if (name.starts_with('('))
    name = name.substr(1, name.size() - 2);
  return {name, where, kernel, static_cast<unsigned>(blocks)};
}

} // namespace opcsim::ascend

#endif // OPC_SIM_ASCENDC_SIM_LAUNCH_H
