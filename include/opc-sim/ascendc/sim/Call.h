//===- Call.h - A call's operands, checked and issued ---------*- C++ -*-===//
//
// Each call of the interface names its operands, with what the hardware demands
// of them; the first operand that does not fit is a fault, and nothing is done.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_CALL_H
#define OPC_SIM_ASCENDC_SIM_CALL_H

#include "Tensor.h"

namespace opcsim::ascend {

class Call {
public:
  Call(const char *name, pipe_t pipe, std::source_location where)
      : core(currentCore(name, where)), issue{name, pipe, where, {}, {}, {}} {
    if (pipe == PIPE_V)
      fits = core.require(CoreType::Vector, name, where);
    if (pipe == PIPE_M || pipe == PIPE_MTE1 || pipe == PIPE_FIX)
      fits = core.require(CoreType::Cube, name, where);
  }

  /// `fault` unless `holds`.
  Call &expect(bool holds, FaultKind kind, const std::string &text) {
    if (fits && !holds) {
      report(kind, say("%s: %s", issue.name, text.c_str()), issue.where);
      fits = false;
    }
    return *this;
  }

  Call &count(int64_t value, int64_t most = INT64_MAX,
              const char *what = "count") {
    return expect(value >= 1 && value <= most, FaultKind::BadCount,
                  most == INT64_MAX
                      ? say("%s is %lld", what, (long long)value)
                      : say("%s is %lld, expected 1 to %lld", what,
                            (long long)value, (long long)most));
  }

  /// `elements` from the start, beginning at a multiple of `alignment` bytes.
  template <typename T>
  Call &in(const AscendC::LocalTensor<T> &tensor, uint64_t elements,
           size_t alignment = kBlock) {
    return local(tensor, 0, elements * sizeof(T), 1, 0, alignment, issue.reads);
  }
  template <typename T>
  Call &out(const AscendC::LocalTensor<T> &tensor, uint64_t elements,
            size_t alignment = kBlock) {
    return local(tensor, 0, elements * sizeof(T), 1, 0, alignment,
                 issue.writes);
  }

  /// `runs` runs of `size` bytes, `pitch` bytes from start to start.
  template <typename T>
  Call &inRuns(const AscendC::LocalTensor<T> &tensor, uint64_t size,
               uint64_t runs, uint64_t pitch, size_t alignment = kBlock) {
    return local(tensor, 0, size, runs, pitch, alignment, issue.reads);
  }
  template <typename T>
  Call &outRuns(const AscendC::LocalTensor<T> &tensor, uint64_t size,
                uint64_t runs, uint64_t pitch, size_t alignment = kBlock) {
    return local(tensor, 0, size, runs, pitch, alignment, issue.writes);
  }

  /// Of each run that was read last, part may be what nobody has written.
  Call &partly() {
    if (fits)
      issue.reads.back().need = tile::Need::Some;
    return *this;
  }

  /// Elements at `offsets`.
  template <typename T>
  Call &inAt(const AscendC::LocalTensor<T> &tensor,
             const std::vector<uint32_t> &offsets, size_t alignment = kBlock) {
    return at(tensor, offsets, alignment, issue.reads);
  }
  template <typename T>
  Call &outAt(const AscendC::LocalTensor<T> &tensor,
              const std::vector<uint32_t> &offsets, size_t alignment = kBlock) {
    return at(tensor, offsets, alignment, issue.writes);
  }

  template <typename T>
  Call &inRuns(const AscendC::GlobalTensor<T> &tensor, uint64_t size,
               uint64_t runs, uint64_t pitch) {
    return global(tensor, size, runs, pitch, "read", issue.reads);
  }
  template <typename T>
  Call &outRuns(const AscendC::GlobalTensor<T> &tensor, uint64_t size,
                uint64_t runs, uint64_t pitch) {
    issue.atomic = core.atomicAdd;
    return global(tensor, size, runs, pitch, "write", issue.writes);
  }

  template <typename T>
  Call &lies(const AscendC::LocalTensor<T> &tensor, Space space) {
    return expect(tensor.space() == space, FaultKind::BadLayout,
                  say("a tensor in %s, expected in %s", tensor.spaceName(),
                      kSpaceNames[size_t(space)]));
  }

  explicit operator bool() const { return fits; }

  void run(std::function<void()> work) {
    if (!fits)
      return;
    issue.run = std::move(work);
    core.issue(std::move(issue));
  }

  Core &core;

private:
  template <typename T>
  Call &local(const AscendC::LocalTensor<T> &tensor, uint64_t offset,
              uint64_t size, uint64_t runs, uint64_t pitch, size_t alignment,
              std::vector<Region> &regions) {
    expect(!tensor.owner || tensor.owner->state != QueueBuffer::Free,
           FaultKind::UseAfterFree,
           "a tensor that was given back to its queue");
    expect(tensor.begin % alignment == 0, FaultKind::Misaligned,
           say("%s address %llu is no multiple of %zu", tensor.spaceName(),
               (unsigned long long)tensor.begin, alignment));
    uint64_t end = offset + (runs ? (runs - 1) * pitch + size : 0);
    expect(end <= tensor.bytes, FaultKind::OutOfBounds,
           say("bytes 0 to %llu of a tensor in %s of %llu bytes",
               (unsigned long long)end, tensor.spaceName(),
               (unsigned long long)tensor.bytes));
    regions.push_back(
        {tensor.space(), tensor.begin + offset, size, runs, pitch});
    return *this;
  }

  template <typename T>
  Call &at(const AscendC::LocalTensor<T> &tensor,
           const std::vector<uint32_t> &offsets, size_t alignment,
           std::vector<Region> &regions) {
    for (size_t i = 0; i < offsets.size() && fits;) {
      size_t first = i++;
      while (i < offsets.size() && offsets[i] == offsets[i - 1] + 1)
        ++i;
      local(tensor, 0, 0, 0, 0, alignment, regions);
      local(tensor, uint64_t(offsets[first]) * sizeof(T),
            (i - first) * sizeof(T), 1, 0, alignment, regions);
    }
    return *this;
  }

  template <typename T>
  Call &global(const AscendC::GlobalTensor<T> &tensor, uint64_t size,
               uint64_t runs, uint64_t pitch, const char *operation,
               std::vector<Region> &regions) {
    auto begin = reinterpret_cast<uint64_t>(tensor.address);
    uint64_t end = runs ? (runs - 1) * pitch + size : 0;
    expect(tensor.size == ~uint64_t(0) || end <= tensor.size * sizeof(T),
           FaultKind::OutOfBounds,
           say("%s of bytes 0 to %llu of a global tensor of %llu elements",
               operation, (unsigned long long)end,
               (unsigned long long)tensor.size));
    if (fits && end)
      fits = GlobalMemory::get().check(begin, end, operation, issue.where);
    regions.push_back({Space::GM, begin, size, runs, pitch});
    return *this;
  }

  Issue issue;
  bool fits = true;
};

} // namespace opcsim::ascend

#endif // OPC_SIM_ASCENDC_SIM_CALL_H
