//===- Queue.h - TPipe, queues and buffers --------------------*- C++ -*-===//
//
// A queue hands buffers from the pipe that fills them to the pipe that uses
// them. Its flags are those that the hardware would be given: from filler to
// user when a tensor is put in and taken out, and back when it is freed.
//
//===----------------------------------------------------------------------===//

#ifndef OPC_SIM_ASCENDC_SIM_QUEUE_H
#define OPC_SIM_ASCENDC_SIM_QUEUE_H

#include "Sync.h"
#include "Tensor.h"

#include <deque>

namespace opcsim::ascend {

using QueueBufferPtr = std::shared_ptr<QueueBuffer>;

/// What queues of all types do; positions are a matter of the pipes.
class Queue {
public:
  Queue(AscendC::TPosition position, pipe_t filler, pipe_t user)
      : position(position), filler(filler), user(user) {}

  void add(QueueBufferPtr buffer) { buffers.push_back(std::move(buffer)); }

  QueueBufferPtr alloc(std::source_location where) {
    for (QueueBufferPtr &buffer : buffers) {
      if (buffer->state != QueueBuffer::Free)
        continue;
      auto &core = currentCore("AllocTensor", where);
      core.waitEvent(buffer->freed, filler, "AllocTensor", where);
      core.forget(spaceOf(position), buffer->offset, buffer->size);
      buffer->state = QueueBuffer::Taken;
      return buffer;
    }
    misuse(say("AllocTensor from a queue whose %zu buffers are all taken",
               buffers.size()),
           where);
    return nullptr;
  }

  void enqueue(const QueueBufferPtr &buffer, std::source_location where) {
    if (!owns(buffer) || buffer->state != QueueBuffer::Taken) {
      misuse("EnQue of a tensor that was not taken from this queue", where);
      return;
    }
    buffer->state = QueueBuffer::Queued;
    currentCore("EnQue", where)
        .setEvent(buffer->filled, filler, "EnQue", where);
    waiting.push_back(buffer);
  }

  QueueBufferPtr dequeue(std::source_location where) {
    if (waiting.empty()) {
      misuse("DeQue from an empty queue", where);
      return nullptr;
    }
    QueueBufferPtr buffer = waiting.front();
    waiting.pop_front();
    buffer->state = QueueBuffer::Taken;
    currentCore("DeQue", where).waitEvent(buffer->filled, user, "DeQue", where);
    return buffer;
  }

  void free(const QueueBufferPtr &buffer, std::source_location where) {
    if (!owns(buffer) || buffer->state != QueueBuffer::Taken) {
      misuse("FreeTensor of a tensor that was not taken from this queue",
             where);
      return;
    }
    buffer->state = QueueBuffer::Free;
    currentCore("FreeTensor", where)
        .setEvent(buffer->freed, user, "FreeTensor", where);
  }

  bool hasFree() const {
    return std::any_of(buffers.begin(), buffers.end(), [](const auto &buffer) {
      return buffer->state == QueueBuffer::Free;
    });
  }
  size_t queued() const { return waiting.size(); }

  /// A tensor that is still queued when the queue goes was never used.
  void checkEnd(std::source_location where) const {
    if (!waiting.empty())
      misuse(say("%zu tensors are still in a queue at the end of the kernel",
                 waiting.size()),
             where);
  }

  const AscendC::TPosition position;

private:
  bool owns(const QueueBufferPtr &buffer) const {
    return buffer &&
           std::find(buffers.begin(), buffers.end(), buffer) != buffers.end();
  }
  static void misuse(std::string text, std::source_location where) {
    report(FaultKind::QueueMisuse, std::move(text), where);
  }

  const pipe_t filler, user;
  std::vector<QueueBufferPtr> buffers;
  std::deque<QueueBufferPtr> waiting;
};

} // namespace opcsim::ascend

namespace AscendC {

/// A queue from one position to another.
template <TPosition Source, TPosition Destination, int Depth = 1, auto Mask = 0>
class TQueBind {
public:
  TQueBind()
      : queue(std::make_unique<opcsim::ascend::Queue>(
            positionOf(), opcsim::ascend::producerOf(Source),
            opcsim::ascend::consumerOf(Destination))) {}

  ~TQueBind() {
    if (opcsim::ascend::Core::current())
      queue->checkEnd(where);
  }

  template <typename T> LocalTensor<T> AllocTensor(OPCSIM_HERE) {
    return tensor<T>(queue->alloc(where));
  }
  template <typename T> void AllocTensor(LocalTensor<T> &result, OPCSIM_HERE) {
    result = AllocTensor<T>(where);
  }
  template <typename T> bool EnQue(const LocalTensor<T> &tensor, OPCSIM_HERE) {
    this->where = where;
    queue->enqueue(tensor.owner, where);
    return true;
  }
  template <TPosition, TPosition, typename T>
  bool EnQue(const LocalTensor<T> &tensor, OPCSIM_HERE) {
    return EnQue(tensor, where);
  }
  template <typename T> LocalTensor<T> DeQue(OPCSIM_HERE) {
    return tensor<T>(queue->dequeue(where));
  }
  template <TPosition, TPosition, typename T>
  LocalTensor<T> DeQue(OPCSIM_HERE) {
    return DeQue<T>(where);
  }
  template <typename T> void DeQue(LocalTensor<T> &result, OPCSIM_HERE) {
    result = DeQue<T>(where);
  }
  template <typename T>
  void FreeTensor(const LocalTensor<T> &tensor, OPCSIM_HERE) {
    queue->free(tensor.owner, where);
  }
  bool VacantInQue() const { return queue->queued() < Depth || Depth == 0; }
  bool HasTensorInQue() const { return queue->queued() > 0; }
  int32_t GetTensorCountInQue() const { return int32_t(queue->queued()); }
  bool HasIdleBuffer() const { return queue->hasFree(); }
  void FreeAllEvent() {}

  std::unique_ptr<opcsim::ascend::Queue> queue;

private:
  static constexpr TPosition positionOf() {
    return opcsim::ascend::spaceOf(Source) == opcsim::ascend::Space::GM
               ? Destination
               : Source;
  }

  template <typename T>
  LocalTensor<T> tensor(const opcsim::ascend::QueueBufferPtr &buffer) {
    if (!buffer)
      return {positionOf(), uint64_t(0), uint64_t(0), nullptr};
    return {positionOf(), buffer->offset, buffer->size, buffer};
  }

  std::source_location where;
};

template <TPosition Position, int Depth = 1, auto Mask = 0>
class TQue : public TQueBind<Position, Position, Depth, Mask> {};

/// Local memory that is no queue: who uses it takes care of the order.
template <TPosition Position = TPosition::VECCALC> class TBuf {
public:
  template <typename T> LocalTensor<T> Get() const {
    return {Position, offset, size, nullptr};
  }
  template <typename T> LocalTensor<T> Get(uint32_t count) const {
    LocalTensor<T> tensor = Get<T>();
    tensor.bytes = std::min<uint64_t>(size, uint64_t(count) * sizeof(T));
    return tensor;
  }
  template <typename T>
  LocalTensor<T> GetWithOffset(uint32_t count, uint32_t skipped) const {
    LocalTensor<T> tensor = {Position, offset + skipped,
                             skipped > size ? 0 : size - skipped, nullptr};
    tensor.bytes =
        std::min<uint64_t>(tensor.bytes, uint64_t(count) * sizeof(T));
    return tensor;
  }
  template <typename T> LocalTensor<T> AllocTensor() { return Get<T>(); }
  template <typename T> void FreeTensor(const LocalTensor<T> &) {}

  uint64_t offset = 0;
  uint64_t size = 0;
};

/// Gives out local memory, from the start of each space.
class TPipe {
public:
  TPipe() { currentPipe() = this; }
  ~TPipe() {
    if (currentPipe() == this)
      currentPipe() = nullptr;
  }

  template <TPosition S, TPosition D, int N, auto M>
  bool InitBuffer(TQueBind<S, D, N, M> &queue, uint8_t count, uint32_t bytes,
                  OPCSIM_HERE) {
    for (unsigned i = 0; i < count; ++i) {
      auto buffer = std::make_shared<opcsim::ascend::QueueBuffer>();
      buffer->size = take(queue.queue->position, bytes, buffer->offset, where);
      queue.queue->add(buffer);
    }
    return true;
  }

  template <TPosition P>
  bool InitBuffer(TBuf<P> &buffer, uint32_t bytes, OPCSIM_HERE) {
    buffer.size = take(P, bytes, buffer.offset, where);
    return true;
  }

  /// All local memory is free again.
  void Reset() { opcsim::ascend::Core::current()->allocated = {}; }
  void Destroy() { Reset(); }
  void Init() {}

  template <HardEvent Event> TEventID AllocEventID() { return nextId(); }
  template <HardEvent Event> void ReleaseEventID(TEventID) {}
  TEventID FetchEventID(HardEvent) { return nextId(); }
  template <HardEvent Event> TEventID FetchEventID() { return nextId(); }

  static TPipe *&currentPipe() {
    static thread_local TPipe *pipe = nullptr;
    return pipe;
  }

private:
  /// Events 6 and 7 are the framework's own.
  TEventID nextId() {
    int &next = opcsim::ascend::Core::current()->nextEventId;
    TEventID id = next;
    next = (next + 1) % opcsim::ascend::kFreeEvents;
    return id;
  }

  uint64_t take(TPosition position, uint64_t bytes, uint64_t &offset,
                std::source_location where) {
    using namespace opcsim;
    auto &core = ascend::currentCore("InitBuffer", where);
    ascend::Space space = ascend::spaceOf(position);
    size_t &used = core.allocated[size_t(space)];
    bytes = ascend::roundUp(bytes, ascend::kBlock);
    offset = used;
    used += bytes;
    core.forget(space, offset, bytes);
    if (used <= core.capacity(space))
      return bytes;
    report(FaultKind::SpaceOverflow,
           say("InitBuffer: %zu bytes of %s are wanted, %s has %zu", used,
               ascend::kSpaceNames[size_t(space)], core.chip.name,
               core.capacity(space)),
           where);
    used -= bytes;
    return 0;
  }
};

inline TPipe *GetTPipePtr() { return TPipe::currentPipe(); }

} // namespace AscendC

#endif // OPC_SIM_ASCENDC_SIM_QUEUE_H
