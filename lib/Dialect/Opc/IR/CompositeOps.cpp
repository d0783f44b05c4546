//===- CompositeOps.cpp - extents of composite ops ------------------------===//
#include "opc/Dialect/Opc/IR/OpcDialect.h"

using namespace mlir;
using namespace opc;

LogicalResult SoftmaxOp::inferDims(ShapeEnv &env,
                                   SmallVectorImpl<Dims> &results) {
  results.push_back(Dims(env.dims(getX())));
  return success();
}
LogicalResult LogSoftmaxOp::inferDims(ShapeEnv &env,
                                      SmallVectorImpl<Dims> &results) {
  results.push_back(Dims(env.dims(getX())));
  return success();
}
LogicalResult NormalizeOp::inferDims(ShapeEnv &env,
                                     SmallVectorImpl<Dims> &results) {
  results.push_back(Dims(env.dims(getX())));
  return success();
}

LogicalResult AttentionOp::inferDims(ShapeEnv &env,
                                     SmallVectorImpl<Dims> &results) {
  Dims dims(env.dims(getQ())), scores(dims);
  dims.back() = env.dims(getV()).back();
  results.push_back(std::move(dims));
  scores.back() = env.dims(getK())[2];
  if (getScores())
    results.push_back(std::move(scores));
  return success();
}

/// y is [steps, batch, hidden]; last states are [batch, hidden].
static LogicalResult inferRecurrent(ShapeEnv &env, Value x, Value r,
                                    unsigned states,
                                    SmallVectorImpl<Dims> &results) {
  AffineExpr steps = env.dim(x, 0), batch = env.dim(x, 1);
  AffineExpr hidden = env.dim(r, 1);
  results.push_back({steps, batch, hidden});
  results.append(states, Dims{batch, hidden});
  return success();
}

LogicalResult RnnOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  return inferRecurrent(env, getX(), getR(), 1, results);
}
LogicalResult GruOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  return inferRecurrent(env, getX(), getR(), 1, results);
}
LogicalResult LstmOp::inferDims(ShapeEnv &env, SmallVectorImpl<Dims> &results) {
  return inferRecurrent(env, getX(), getR(), 2, results);
}
