//===- TileInterpreter.cpp - runs programs of tiles -----------------------===//
#include "TileInterpreter.h"

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "opc/Dialect/Tile/IR/TileDialect.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>
#include <memory>

using namespace mlir;
using namespace opc::tile;

namespace {

/// A place in memory: a tensor and where a window of it begins.
struct Place {
  HostTensor *memory = nullptr;
  SmallVector<int64_t> start, shape;
};

/// A copy that is not done.
struct Pending {
  Place from, to;
  SmallVector<int64_t> fromSteps, toSteps, sizes;
  int64_t padTo = 0; ///< of the last axis
  double pad = 0;
};

/// Calls `body` with each index of a box, in row-major order.
template <typename Body> void forEach(ArrayRef<int64_t> shape, Body body) {
  SmallVector<int64_t> index(shape.size(), 0);
  if (llvm::is_contained(shape, 0))
    return;
  while (true) {
    body(ArrayRef<int64_t>(index));
    size_t axis = shape.size();
    while (axis > 0 && ++index[axis - 1] == shape[axis - 1])
      index[--axis] = 0;
    if (axis == 0)
      return;
  }
}

double unary(UnaryKind kind, double x) {
  switch (kind) {
  case UnaryKind::Copy:
    return x;
  case UnaryKind::Abs:
    return std::abs(x);
  case UnaryKind::Neg:
    return -x;
  case UnaryKind::Exp:
    return std::exp(x);
  case UnaryKind::Log:
    return std::log(x);
  case UnaryKind::Sqrt:
    return std::sqrt(x);
  case UnaryKind::Rsqrt:
    return 1 / std::sqrt(x);
  case UnaryKind::Reciprocal:
    return 1 / x;
  case UnaryKind::Relu:
    return std::max(x, 0.0);
  case UnaryKind::Tanh:
    return std::tanh(x);
  case UnaryKind::Sigmoid:
    return 1 / (1 + std::exp(-x));
  case UnaryKind::Erf:
    return std::erf(x);
  case UnaryKind::Floor:
    return std::floor(x);
  case UnaryKind::Ceil:
    return std::ceil(x);
  case UnaryKind::Gelu:
    return x / 2 * std::erfc(-x / std::sqrt(2.0));
  case UnaryKind::GeluTanh:
    return x / 2 *
           (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
  }
}

double binary(BinaryKind kind, double a, double b) {
  switch (kind) {
  case BinaryKind::Add:
    return a + b;
  case BinaryKind::Sub:
    return a - b;
  case BinaryKind::Mul:
    return a * b;
  case BinaryKind::Div:
    return a / b;
  case BinaryKind::Max:
    return std::max(a, b);
  case BinaryKind::Min:
    return std::min(a, b);
  }
}

bool compare(Predicate predicate, double a, double b) {
  switch (predicate) {
  case Predicate::Eq:
    return a == b;
  case Predicate::Ne:
    return a != b;
  case Predicate::Lt:
    return a < b;
  case Predicate::Le:
    return a <= b;
  case Predicate::Gt:
    return a > b;
  case Predicate::Ge:
    return a >= b;
  }
}

double combine(ReduceKind kind, double a, double b) {
  switch (kind) {
  case ReduceKind::Sum:
    return a + b;
  case ReduceKind::Max:
    return std::max(a, b);
  case ReduceKind::Min:
    return std::min(a, b);
  }
}

/// One core.
class Core {
public:
  Core(func::FuncOp function, std::vector<HostTensor> &tensors, int64_t id,
       int64_t cores, unsigned seed)
      : id(id), cores(cores), chance(seed) {
    for (auto [argument, tensor] : llvm::zip(function.getArguments(), tensors))
      places[argument] = {&tensor, SmallVector<int64_t>(tensor.shape.size(), 0),
                          llvm::to_vector(tensor.shape)};
  }

  std::string run(func::FuncOp function) {
    runBlock(function.front());
    if (problem.empty() && !pending.empty())
      problem = "a copy goes on at the end";
    return problem;
  }

private:
  void fail(const Twine &why) {
    if (problem.empty())
      problem = why.str();
  }

  // Elements.

  size_t offset(const Place &place, ArrayRef<int64_t> index,
                ArrayRef<int64_t> steps = {}) {
    size_t flat = 0;
    for (size_t axis = 0; axis < index.size(); ++axis) {
      int64_t at =
          place.start[axis] + index[axis] * (steps.empty() ? 1 : steps[axis]);
      int64_t extent = place.memory->shape[axis];
      if (at < 0 || at >= extent) {
        fail("index " + Twine(at) + " of extent " + Twine(extent));
        return 0;
      }
      flat = flat * extent + at;
    }
    return flat;
  }
  double load(const Place &place, ArrayRef<int64_t> index) {
    return place.memory->data[offset(place, index)];
  }
  void store(const Place &place, ArrayRef<int64_t> index, double value) {
    size_t flat = offset(place, index);
    place.memory->data[flat] = value;
    ++place.memory->writes[flat];
  }

  Place placeOf(Value buffer) { return places.lookup(buffer); }
  int64_t numberOf(OpFoldResult value) {
    if (auto attribute = dyn_cast<Attribute>(value))
      return cast<IntegerAttr>(attribute).getInt();
    return int64_t(scalars.lookup(cast<Value>(value)));
  }
  SmallVector<int64_t> numbersOf(ArrayRef<OpFoldResult> values) {
    return llvm::map_to_vector(
        values, [&](OpFoldResult value) { return numberOf(value); });
  }

  // Copies.

  void startCopy(CopyAsyncOp op) {
    Pending copy;
    copy.from = shifted(op.getX(), numbersOf(op.mixedFrom()));
    copy.to = shifted(op.getY(), numbersOf(op.mixedTo()));
    copy.sizes = numbersOf(op.mixedSizes());
    copy.fromSteps = op.fromSteps();
    copy.toSteps = op.toSteps();
    if (op.getPad()) {
      int64_t bytes = op.getY().getType().elementBytes();
      copy.padTo =
          llvm::alignTo(copy.sizes.back() * bytes, *op.getPadAlignment()) /
          bytes;
      copy.pad = scalars.lookup(op.getPad());
    }
    tokens[op.getToken()] = nextCopy;
    pending[nextCopy++] = std::move(copy);
  }

  Place shifted(Value buffer, ArrayRef<int64_t> by) {
    Place place = placeOf(buffer);
    for (auto [start, shift] : llvm::zip(place.start, by))
      start += shift;
    return place;
  }

  void finishCopy(int number) {
    auto found = pending.find(number);
    if (found == pending.end())
      return;
    Pending copy = found->second;
    pending.erase(found);
    SmallVector<int64_t> box = copy.sizes;
    box.back() = std::max(box.back(), copy.padTo);
    forEach(box, [&](ArrayRef<int64_t> index) {
      size_t to = offset(copy.to, index, copy.toSteps);
      bool inside = index.back() < copy.sizes.back();
      double value =
          inside
              ? copy.from.memory->data[offset(copy.from, index, copy.fromSteps)]
              : copy.pad;
      copy.to.memory->data[to] = value;
      ++copy.to.memory->writes[to];
    });
  }

  /// Some copies are done now and then.
  void letTimePass() {
    if (pending.empty() || chance() % 4 != 0)
      return;
    auto entry = std::next(pending.begin(), chance() % pending.size());
    finishCopy(entry->first);
  }

  // Work.

  void compute(ComputeOp op) {
    Place y = placeOf(op.written());
    llvm::TypeSwitch<Operation *>(op)
        .Case([&](UnaryOp op) {
          each(y, {op.getX()},
               [&](ArrayRef<double> x) { return unary(op.getKind(), x[0]); });
        })
        .Case([&](BinaryOp op) {
          each(y, {op.getA(), op.getB()}, [&](ArrayRef<double> x) {
            return binary(op.getKind(), x[0], x[1]);
          });
        })
        .Case([&](BinaryScalarOp op) {
          each(y, {op.getX()}, [&](ArrayRef<double> x) {
            return binary(op.getKind(), x[0], scalars.lookup(op.getS()));
          });
        })
        .Case([&](CastOp op) {
          each(y, {op.getX()}, [](ArrayRef<double> x) { return x[0]; });
        })
        .Case([&](CompareOp op) {
          each(y, {op.getA(), op.getB()}, [&](ArrayRef<double> x) {
            return compare(op.getPredicate(), x[0], x[1]);
          });
        })
        .Case([&](SelectOp op) {
          each(y, {op.getC(), op.getA(), op.getB()},
               [](ArrayRef<double> x) { return x[0] != 0 ? x[1] : x[2]; });
        })
        .Case([&](FillOp op) {
          each(y, {},
               [&](ArrayRef<double>) { return scalars.lookup(op.getS()); });
        })
        .Case([&](ReduceOp op) { reduce(op, y); })
        .Case([&](TransposeOp op) {
          Place x = placeOf(op.getX());
          forEach(y.shape, [&](ArrayRef<int64_t> index) {
            store(y, index, load(x, {index[1], index[0]}));
          });
        })
        .Case([&](BroadcastOp op) {
          Place x = placeOf(op.getX());
          forEach(y.shape, [&](ArrayRef<int64_t> index) {
            SmallVector<int64_t> at(index);
            for (auto [place, extent] : llvm::zip(at, x.shape))
              place = extent == 1 ? 0 : place;
            store(y, index, load(x, at));
          });
        })
        .Case([&](MmaOp op) { multiply(op, y); });
  }

  void each(const Place &y, std::initializer_list<Value> operands,
            function_ref<double(ArrayRef<double>)> function) {
    SmallVector<Place> read;
    for (Value operand : operands)
      read.push_back(placeOf(operand));
    forEach(y.shape, [&](ArrayRef<int64_t> index) {
      SmallVector<double> values;
      for (const Place &place : read)
        values.push_back(load(place, index));
      store(y, index, function(values));
    });
  }

  void reduce(ReduceOp op, const Place &y) {
    Place x = placeOf(op.getX());
    size_t axis = op.getAxis() == Axis::Last ? x.shape.size() - 1 : 0;
    forEach(x.shape, [&](ArrayRef<int64_t> index) {
      SmallVector<int64_t> at(index);
      at[axis] = 0;
      double value = load(x, index);
      store(y, at,
            index[axis] == 0 ? value
                             : combine(op.getKind(), load(y, at), value));
    });
  }

  void multiply(MmaOp op, const Place &c) {
    Place a = placeOf(op.getA()), b = placeOf(op.getB());
    bool more = scalars.lookup(op.getAccumulate()) != 0;
    forEach(c.shape, [&](ArrayRef<int64_t> index) {
      double sum = more ? load(c, index) : 0;
      for (int64_t k = 0; k < a.shape[1]; ++k)
        sum += load(a, {index[0], k}) * load(b, {k, index[1]});
      store(c, index, sum);
    });
  }

  // Control.

  void runBlock(Block &block) {
    for (Operation &op : block.without_terminator()) {
      if (!problem.empty())
        return;
      letTimePass();
      runOp(op);
    }
  }

  void bind(ValueRange names, ValueRange values) {
    SmallVector<std::tuple<Place, double, int>> all;
    for (Value value : values)
      all.push_back({places.lookup(value), scalars.lookup(value),
                     tokens.lookup_or(value, -1)});
    for (auto [name, value] : llvm::zip(names, all))
      std::tie(places[name], scalars[name], tokens[name]) = value;
  }

  void runLoop(scf::ForOp loop) {
    int64_t low = numberOf(loop.getLowerBound()),
            high = numberOf(loop.getUpperBound()),
            step = numberOf(loop.getStep());
    bind(loop.getRegionIterArgs(), loop.getInitArgs());
    for (int64_t round = low; round < high; round += step) {
      scalars[loop.getInductionVar()] = double(round);
      runBlock(*loop.getBody());
      if (!problem.empty())
        return;
      bind(loop.getRegionIterArgs(),
           loop.getBody()->getTerminator()->getOperands());
    }
    bind(loop.getResults(), loop.getRegionIterArgs());
  }

  void runOp(Operation &op) {
    llvm::TypeSwitch<Operation *>(&op)
        .Case([&](scf::ForOp loop) { runLoop(loop); })
        .Case([&](scf::IfOp choice) {
          bool taken = scalars.lookup(choice.getCondition()) != 0;
          Block *block = taken ? choice.thenBlock() : choice.elseBlock();
          if (!block)
            return;
          runBlock(*block);
          bind(choice.getResults(), block->getTerminator()->getOperands());
        })
        .Case([&](BufferOp buffer) { makeBuffer(buffer); })
        .Case([&](ViewOp view) {
          Place place = shifted(view.getX(), numbersOf(view.mixedStarts()));
          place.shape = numbersOf(view.mixedSizes());
          places[view.getY()] = place;
        })
        .Case([&](CopyAsyncOp copy) { startCopy(copy); })
        .Case([&](WaitOp wait) {
          for (Value token : wait.getTokens())
            finishCopy(tokens.lookup_or(token, -1));
        })
        .Case([&](DoneOp done) { tokens[done.getToken()] = -1; })
        .Case([&](CoreIdOp op) { scalars[op.getY()] = double(id); })
        .Case([&](NumCoresOp op) { scalars[op.getY()] = double(cores); })
        .Case([&](ComputeOp op) { compute(op); })
        .Case([&](arith::ConstantOp op) { runConstant(op); })
        .Default([&](Operation *op) { runScalar(op); });
  }

  /// Local memory is there for good; a loop's buffer is a new one each round.
  void makeBuffer(BufferOp buffer) {
    std::vector<int64_t> shape = buffer.getY().getType().getPadded().vec();
    memory.push_back(std::make_unique<HostTensor>(
        HostTensor::filled(shape, std::numeric_limits<double>::quiet_NaN())));
    places[buffer.getY()] = {
        memory.back().get(), SmallVector<int64_t>(shape.size(), 0),
        SmallVector<int64_t>(buffer.getY().getType().getShape())};
  }

  void runConstant(arith::ConstantOp op) {
    if (auto value = dyn_cast<FloatAttr>(op.getValue()))
      scalars[op.getResult()] = value.getValueAsDouble();
    else
      scalars[op.getResult()] =
          double(cast<IntegerAttr>(op.getValue()).getValue().getZExtValue());
  }

  void runScalar(Operation *op) {
    auto at = [&](unsigned place) {
      return int64_t(scalars.lookup(op->getOperand(place)));
    };
    auto value =
        llvm::TypeSwitch<Operation *, std::optional<int64_t>>(op)
            .Case([&](arith::AddIOp) { return at(0) + at(1); })
            .Case([&](arith::SubIOp) { return at(0) - at(1); })
            .Case([&](arith::MulIOp) { return at(0) * at(1); })
            .Case([&](arith::DivSIOp) { return at(0) / at(1); })
            .Case([&](arith::RemSIOp) { return at(0) % at(1); })
            .Case([&](arith::MinSIOp) { return std::min(at(0), at(1)); })
            .Case([&](arith::MaxSIOp) { return std::max(at(0), at(1)); })
            .Default([](Operation *) { return std::nullopt; });
    if (!value)
      return fail(op->getName().getStringRef() + " is not interpreted");
    scalars[op->getResult(0)] = double(*value);
  }

  int64_t id, cores;
  std::minstd_rand chance;
  std::string problem;
  DenseMap<Value, Place> places;
  DenseMap<Value, double> scalars;
  DenseMap<Value, int> tokens;
  std::map<int, Pending> pending;
  int nextCopy = 0;
  std::vector<std::unique_ptr<HostTensor>> memory;
};

} // namespace

HostTensor HostTensor::filled(std::vector<int64_t> shape, double value) {
  int64_t count = ShapedType::getNumElements(shape);
  return {std::move(shape), std::vector<double>(count, value),
          std::vector<int>(count, 0)};
}

std::string opc::tile::interpret(func::FuncOp function,
                                 std::vector<HostTensor> &tensors,
                                 int64_t cores, unsigned seed) {
  for (int64_t id = 0; id < cores; ++id) {
    std::string problem =
        Core(function, tensors, id, cores, seed + unsigned(id)).run(function);
    if (!problem.empty())
      return problem;
  }
  return "";
}
