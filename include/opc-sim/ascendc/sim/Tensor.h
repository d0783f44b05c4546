//===- Tensor.h - Views of global and of local memory ---------*- C++ -*-===//

#ifndef OPC_SIM_ASCENDC_SIM_TENSOR_H
#define OPC_SIM_ASCENDC_SIM_TENSOR_H

#include "Core.h"

namespace opcsim::ascend {

/// A buffer of a queue, as the tensors that were taken from it see it.
struct QueueBuffer {
  enum State { Free, Taken, Queued };
  State state = Free;
  uint64_t offset = 0;
  uint64_t size = 0;
  /// From its last user to the next one that fills it.
  Event freed;
  /// From who fills it to who uses it.
  Event filled;
  bool used = false;
};

} // namespace opcsim::ascend

namespace AscendC {

/// One element in a tensor; reading and writing it is the scalar unit's work.
template <typename Tensor> class ElementReference {
public:
  using Element = typename Tensor::PrimType;
  ElementReference(Tensor tensor, uint64_t index, std::source_location where)
      : tensor(tensor), index(index), where(where) {}
  operator Element() const { return tensor.GetValue(index, where); }
  const ElementReference &operator=(Element value) const {
    tensor.SetValue(index, value, where);
    return *this;
  }
  const ElementReference &operator=(const ElementReference &other) const {
    return *this = static_cast<Element>(other);
  }

private:
  Tensor tensor;
  uint64_t index;
  std::source_location where;
};

template <typename T> class LocalTensor {
public:
  using PrimType = T;

  LocalTensor() = default;

  /// `count` elements at byte `address` of the memory of a position.
  LocalTensor(TPosition position, uint32_t address, uint32_t count, OPCSIM_HERE)
      : position(position), begin(address), bytes(count * sizeof(T)) {
    auto &core = opcsim::ascend::currentCore("LocalTensor", where);
    if (begin + bytes <= core.capacity(space()))
      return;
    report(opcsim::FaultKind::SpaceOverflow,
           opcsim::say("a tensor of bytes %llu to %llu in %s, which has %zu",
                       (unsigned long long)begin,
                       (unsigned long long)(begin + bytes), spaceName(),
                       core.capacity(space())),
           where);
    bytes = 0;
  }

  LocalTensor(TPosition position, uint64_t begin, uint64_t bytes,
              std::shared_ptr<opcsim::ascend::QueueBuffer> owner)
      : position(position), begin(begin), bytes(bytes), owner(owner) {}

  LocalTensor operator[](uint32_t offset) const {
    LocalTensor result = *this;
    uint64_t skipped = uint64_t(offset) * sizeof(T);
    result.begin += skipped;
    // Past the end nothing is left: whatever uses it is out of bounds.
    result.bytes = skipped > bytes ? 0 : bytes - skipped;
    return result;
  }

  ElementReference<LocalTensor> operator()(uint32_t index, OPCSIM_HERE) const {
    return {*this, index, where};
  }

  T GetValue(uint64_t index, OPCSIM_HERE) const {
    T value{};
    access("GetValue", index, false, where,
           [&](T *element) { value = *element; });
    return value;
  }

  void SetValue(uint64_t index, T value, OPCSIM_HERE) const {
    access("SetValue", index, true, where,
           [&](T *element) { *element = value; });
  }

  template <typename U> LocalTensor<U> ReinterpretCast() const {
    return {position, begin, bytes, owner};
  }

  uint32_t GetSize() const { return static_cast<uint32_t>(bytes / sizeof(T)); }
  uint32_t GetLength() const { return static_cast<uint32_t>(bytes); }
  void SetSize(uint32_t count) { bytes = uint64_t(count) * sizeof(T); }
  TPosition GetPosition() const { return position; }
  uint64_t GetPhyAddr(uint32_t offset = 0) const {
    return begin + offset * sizeof(T);
  }
  void SetUserTag(int32_t value) { tag = value; }
  int32_t GetUserTag() const { return tag; }

  opcsim::ascend::Space space() const {
    return opcsim::ascend::spaceOf(position);
  }
  const char *spaceName() const {
    return opcsim::ascend::kSpaceNames[size_t(space())];
  }
  T *data() const {
    return reinterpret_cast<T *>(
        opcsim::ascend::Core::current()->bytes(space()) + begin);
  }

  TPosition position = TPosition::VECCALC;
  uint64_t begin = 0;
  uint64_t bytes = 0;
  std::shared_ptr<opcsim::ascend::QueueBuffer> owner;
  int32_t tag = 0;

private:
  template <typename Use>
  void access(const char *name, uint64_t index, bool writes,
              std::source_location where, Use use) const {
    using namespace opcsim;
    auto &core = ascend::currentCore(name, where);
    if ((index + 1) * sizeof(T) > bytes) {
      report(FaultKind::OutOfBounds,
             say("%s(%llu) of a local tensor of %u elements", name,
                 (unsigned long long)index, GetSize()),
             where);
      return;
    }
    if (owner && owner->state == ascend::QueueBuffer::Free)
      report(FaultKind::UseAfterFree,
             say("%s of a tensor that was given back to its queue", name),
             where);
    std::vector<ascend::Region> region = {
        {space(), begin + index * sizeof(T), sizeof(T)}};
    T *element = data() + index;
    core.issue({name, PIPE_S, where,
                writes ? std::vector<ascend::Region>{} : region,
                writes ? region : std::vector<ascend::Region>{},
                [&] { use(element); }});
  }
};

template <typename T> class GlobalTensor {
public:
  using PrimType = T;

  void SetGlobalBuffer(T *buffer, uint64_t count = ~uint64_t(0)) {
    address = buffer;
    size = count;
  }

  GlobalTensor operator[](uint64_t offset) const {
    GlobalTensor result = *this;
    result.address += offset;
    if (size != ~uint64_t(0))
      result.size = offset > size ? 0 : size - offset;
    return result;
  }

  ElementReference<GlobalTensor> operator()(uint64_t index, OPCSIM_HERE) const {
    return {*this, index, where};
  }

  T GetValue(uint64_t index, OPCSIM_HERE) const {
    T value{};
    access("GetValue", index, false, where,
           [&](T *element) { value = *element; });
    return value;
  }

  void SetValue(uint64_t index, T value, OPCSIM_HERE) const {
    access("SetValue", index, true, where,
           [&](T *element) { *element = value; });
  }

  const T *GetPhyAddr() const { return address; }
  T *GetPhyAddr(uint64_t offset) const { return address + offset; }
  uint64_t GetSize() const { return size; }
  template <typename Hint> void SetL2CacheHint(Hint) {}

  T *address = nullptr;
  uint64_t size = ~uint64_t(0);

private:
  template <typename Use>
  void access(const char *name, uint64_t index, bool writes,
              std::source_location where, Use use) const {
    using namespace opcsim;
    auto &core = ascend::currentCore(name, where);
    auto begin = reinterpret_cast<uint64_t>(address + index);
    if (!ascend::GlobalMemory::get().check(begin, sizeof(T),
                                           writes ? "write" : "read", where))
      return;
    std::vector<ascend::Region> region = {
        {ascend::Space::GM, begin, sizeof(T)}};
    T *element = address + index;
    core.issue({name, PIPE_S, where,
                writes ? std::vector<ascend::Region>{} : region,
                writes ? region : std::vector<ascend::Region>{},
                [&] { use(element); }});
  }
};

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_TENSOR_H
