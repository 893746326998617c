// Jets of many multilayer perceptrons at once, forward and backward, on a CPU.
//
// Axis legend: S components, B points, T points of a tile, R = S·T rows, V and W widths, D inputs,
// C outputs. A width that is no multiple of the vector's length is padded by zero weights.
//
// A component is one derivative of a jet: the value, then the others in the order of the
// DerivativeSet. A linear layer treats all S components of T points alike, as R rows of a matrix.
//
// A network is worked through tile by tile, so that what a layer makes is still in the cache
// when the next one reads it. The forward pass stores the pre-activations and nothing else; the
// backward pass computes the activations anew from them. The work is cut into tasks, one
// network on one span of points, that do not depend on the number of threads: nor do the sums.
//
// products.h     small matrix products, in registers
// composition.h  an activation of a jet, and its gradient
// packed.h       the numbers of a network as the products read them
// networks.h     whole networks: forward, backward, and the factors of a Jacobian
// mixing.h       the sums of the gated mean
// outer.h        the entries of a Jacobian from its factors
//
// `activations.h` is written from activations.py, by emission.py.

#include <ATen/cpu/vec/vec.h>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace {

template <class T>
using VectorOf = at::vec::Vectorized<T>;

template <class T>
constexpr int64_t lanes = VectorOf<T>::size();

template <class T>
constexpr int64_t block = 8 * lanes<T>;  // numbers that an elementwise loop works on at a time

#include "activations.h"

constexpr int64_t max_order = jet_order + 1;  // of an activation: one more for the gradient
constexpr int64_t max_blocks = jet_order;     // factors of a term of Faà di Bruno's formula
static_assert(jet_order == 4, "add_terms and activate_gradient know terms of up to 4 factors");

constexpr int64_t rows_of_tile = 256;    // S · T, few enough to stay in the cache
constexpr int64_t points_of_span = 512;  // of a task; gradients are summed span by span

#include "products.h"
#include "composition.h"
#include "packed.h"
#include "networks.h"
#include "mixing.h"
#include "outer.h"

// What kernel.py hands over: the terms of Faà di Bruno's formula, then
// for networks: sizes = [terms, S, order, threads, B, C, D, networks, parameters], and of each
// network its index, activation, hidden layers, width, the offsets of its weights and biases;
// for a mixing: sizes = [terms, S, order, threads, B, C, E, products], and the products.
struct Call {
  const Term* terms;
  const int64_t *sizes, *description;

  Table table() const { return {terms, sizes[0], sizes[1], sizes[2]}; }
};

template <class T>
std::vector<Network> read_networks(const Call& call) {
  std::vector<Network> networks(call.sizes[7]);
  const int64_t* from = call.description;
  int64_t stored = 0;
  for (Network& net : networks) {
    const int64_t layers = from[2] + 1;
    net = {from[0], from[1], from[2], from[3], from + 4, from + 4 + layers, stored};
    stored += call.sizes[1] * net.hidden * padded<T>(net.width);
    from += 4 + 2 * layers;
  }
  return networks;
}

template <class T>
Batch<T> read_batch(const Call& call, const std::vector<Network>& networks, const T* coordinates,
                    const T* parameters) {
  const int64_t* const n = call.sizes;
  return {call.table(), networks.data(), n[7], n[4], n[6], n[5], coordinates, parameters};
}

template <class T>
Mixing<T> read_mixing(const Call& call, const T* logits, const T* jets) {
  const int64_t* const n = call.sizes;
  const auto products = reinterpret_cast<const Factors*>(call.description);
  return {call.table(), products, n[7], n[4], n[6], n[5], logits, jets};
}

template <class T>
int64_t stored_numbers(const Call& call) {
  const auto networks = read_networks<T>(call);
  const Network& last = networks.back();
  return call.sizes[4] * (last.stored + call.sizes[1] * last.hidden * padded<T>(last.width));
}

}  // namespace

#define EXPORT(T, suffix)                                                                      \
  extern "C" int64_t spans_##suffix(const Call* call) { return spans(call->sizes[4]); }        \
  extern "C" int64_t stored_##suffix(const Call* call) { return stored_numbers<T>(*call); }    \
  extern "C" void forward_##suffix(const Call* call, const T* coordinates,                     \
                                   const T* parameters, T* stored, T* out) {                   \
    const auto networks = read_networks<T>(*call);                                             \
    forward<T>(read_batch<T>(*call, networks, coordinates, parameters), stored, out,           \
               call->sizes[3]);                                                                \
  }                                                                                            \
  extern "C" void backward_##suffix(const Call* call, const T* coordinates,                    \
                                    const T* parameters, const T* stored, const T* dout,       \
                                    T* gradients) {                                            \
    const auto networks = read_networks<T>(*call);                                             \
    backward<T>(read_batch<T>(*call, networks, coordinates, parameters), stored, dout,         \
                gradients, call->sizes[8], call->sizes[3]);                                    \
  }                                                                                            \
  extern "C" void factors_##suffix(const Call* call, const T* coordinates, const T* parameters,  \
                                   const T* stored, const T* dout, T* outputs, T* slopes) {    \
    const auto networks = read_networks<T>(*call);                                             \
    find_factors<T>(read_batch<T>(*call, networks, coordinates, parameters), stored, dout,     \
                    {outputs, slopes, call->sizes[7]}, call->sizes[3]);                        \
  }                                                                                            \
  extern "C" void mix_##suffix(const Call* call, const T* logits, const T* jets, T* numerator, \
                               T* denominator) {                                               \
    mix<T>(read_mixing<T>(*call, logits, jets), numerator, denominator, call->sizes[3]);       \
  }                                                                                            \
  extern "C" void mix_gradient_##suffix(const Call* call, const T* logits, const T* jets,      \
                                        const T* dnumerator, const T* ddenominator,            \
                                        T* dlogits, T* djets) {                                \
    mix_gradient<T>(read_mixing<T>(*call, logits, jets), dnumerator, ddenominator, dlogits,    \
                    djets, call->sizes[3]);                                                    \
  }                                                                                            \
  extern "C" void outer_##suffix(const OuterSizes* sizes, const T* inputs, const T* slopes,    \
                                 T* entries) {                                                 \
    outer<T>(*sizes, inputs, slopes, entries);                                                 \
  }

EXPORT(float, float32)
EXPORT(double, float64)
