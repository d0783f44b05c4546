//===- FourierTransform.h - discrete Fourier transforms ---------*- C++ -*-===//
//
// A short transform is a product with a constant matrix of sines and cosines,
// whose angles are reduced before they are rounded. A long one of length a * b
// is b transforms of length a, a turn of each result, and a transforms of
// length b (Cooley and Tukey): fewer products, and fewer roundings, too.
//
//===----------------------------------------------------------------------===//
#ifndef OPC_FRONTEND_GRAPH_SIGNALS_FOURIERTRANSFORM_H
#define OPC_FRONTEND_GRAPH_SIGNALS_FOURIERTRANSFORM_H

#include "opc/Frontend/Graph/Emitter.h"

namespace opc::graph {

/// What a transform takes and gives; parts are 1 for reals, 2 for complex.
struct Transform {
  int64_t length;   // of the period
  int64_t samples;  // that are there; others are 0
  int64_t inParts;  // of a sample
  int64_t bins;     // of the result
  int64_t outParts; // of a bin
  bool inverse;
  bool halfSpectrum; // samples are the first half of a symmetric spectrum

  int64_t elements() const { return samples * inParts * bins * outParts; }
  /// How much of sample `j`, part `from`, is in bin `k`, part `to`.
  double weight(int64_t j, int64_t from, int64_t k, int64_t to) const;
  /// The matrix [samples * inParts, bins * outParts], row-major.
  SmallVector<double> matrix() const;
};

/// Fails unless the transform is defined and its matrices have sensible sizes.
bool isSupported(Emitter &n, const Transform &t);

/// A supported transform of x [..., samples, ..., parts] along `axis`, which is
/// not the last; computed in at least f32, of the type of x.
Value transformAxis(Emitter &n, Value x, int64_t axis, const Transform &t);

/// Frames of a signal, each `step` elements behind the one before.
struct Frames {
  /// [batch, elements, parts].
  Value x;
  /// [length of the transform], multiplies each frame; null: not there.
  Value window;
  int64_t step;
};
/// A supported transform of each frame: [batch, frames, bins, parts]; computed
/// in at least f32, of the type of x.
Value transformFrames(Emitter &n, const Frames &f, const Transform &t);

} // namespace opc::graph

#endif // OPC_FRONTEND_GRAPH_SIGNALS_FOURIERTRANSFORM_H
