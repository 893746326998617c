// Jets of many multilayer perceptrons at once, forward and backward, on a CPU.
//
// Axis legend: S streams, B points, T points of a tile, R = S·T rows, V and W widths, D inputs,
// C outputs. A width that is no multiple of the vector's length is padded by zero weights.
//
// A network is worked through tile by tile, so that what a layer makes is still in the cache
// when the next one reads it. The forward pass stores the pre-activations and nothing else; the
// backward pass computes the activations anew from them. The work is cut into tasks, one
// network on one span of points, that do not depend on the number of threads: nor do the sums.
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
constexpr int64_t block = 8 * lanes<T>;  // numbers that an elementwise loop keeps at work

#include "activations.h"

constexpr int64_t max_order = jet_order + 1;  // of an activation: one more for the gradient
constexpr int64_t max_blocks = jet_order;     // factors of a term of Faà di Bruno's formula
static_assert(jet_order == 4, "add_terms and activate_gradient know terms of up to 4 factors");

constexpr int64_t rows_of_tile = 256;
constexpr int64_t points_of_span = 512;

// ---------------------------------------------------------------------------------- products

#if defined(CPU_CAPABILITY_AVX512) || defined(__aarch64__)
constexpr int registers = 32;
#else
constexpr int registers = 16;
#endif
constexpr int most_columns = registers / 8;  // vectors of a panel
constexpr int rows_beside(int columns) { return (registers - 2 - columns) / columns; }

struct Strides {
  int64_t row, column;
};

// C (rows, columns vectors) = A (rows, depth) · B (depth, columns vectors), or added to C.
template <class T, int rows, int columns, bool add>
inline void tile_product(int64_t depth, const T* a, Strides sa, const T* b, int64_t ldb, T* c,
                         int64_t ldc) {
  using Vector = VectorOf<T>;
  Vector sum[rows][columns];
#pragma GCC unroll 32
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j)
      sum[i][j] = add ? Vector::loadu(c + i * ldc + j * lanes<T>) : Vector(T(0));
  for (int64_t k = 0; k < depth; ++k) {
    Vector right[columns];
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) right[j] = Vector::loadu(b + k * ldb + j * lanes<T>);
#pragma GCC unroll 32
    for (int i = 0; i < rows; ++i) {
      const Vector left(a[i * sa.row + k * sa.column]);
#pragma GCC unroll 8
      for (int j = 0; j < columns; ++j) sum[i][j] = fmadd(left, right[j], sum[i][j]);
    }
  }
#pragma GCC unroll 32
  for (int i = 0; i < rows; ++i)
#pragma GCC unroll 8
    for (int j = 0; j < columns; ++j) sum[i][j].store(c + i * ldc + j * lanes<T>);
}

template <class T, int columns, bool add>
void panel_product(int64_t rows, int64_t depth, const T* a, Strides sa, const T* b, int64_t ldb,
                   T* c, int64_t ldc) {
  constexpr int many = rows_beside(columns);
  int64_t i = 0;
  for (; i + many <= rows; i += many)
    tile_product<T, many, columns, add>(depth, a + i * sa.row, sa, b, ldb, c + i * ldc, ldc);
  for (; i + 2 <= rows; i += 2)
    tile_product<T, 2, columns, add>(depth, a + i * sa.row, sa, b, ldb, c + i * ldc, ldc);
  for (; i < rows; ++i)
    tile_product<T, 1, columns, add>(depth, a + i * sa.row, sa, b, ldb, c + i * ldc, ldc);
}

// C (rows, width) = A (rows, depth) · B (depth, width), or added; width a multiple of the lanes.
template <class T, bool add>
void product(int64_t rows, int64_t width, int64_t depth, const T* a, Strides sa, const T* b,
             int64_t ldb, T* c, int64_t ldc) {
  int64_t j = 0;
  for (; j + most_columns * lanes<T> <= width; j += most_columns * lanes<T>)
    panel_product<T, most_columns, add>(rows, depth, a, sa, b + j, ldb, c + j, ldc);
  for (; j + 2 * lanes<T> <= width; j += 2 * lanes<T>)
    panel_product<T, 2, add>(rows, depth, a, sa, b + j, ldb, c + j, ldc);
  for (; j < width; j += lanes<T>)
    panel_product<T, 1, add>(rows, depth, a, sa, b + j, ldb, c + j, ldc);
}

// ------------------------------------------------------------------------------- activations

// coefficient · f⁽ᶜᵒᵘⁿᵗ⁾ · Π g[block] is a term of the stream `out` of f∘g, with two factors or
// more. Each stream s but the value has a term f' · g[s] besides, which needs no table.
struct Term {
  int64_t out, coefficient, count, block[max_blocks];
};

struct Table {
  const Term* terms;
  int64_t count, streams, order;
};

template <class T, int count>
inline void add_term(const Term& term, const T* derivative, const T* z, int64_t stride, T* out,
                     int64_t n) {
  using Vector = VectorOf<T>;
  const Vector coefficient(static_cast<T>(term.coefficient));
  for (int64_t i = 0; i < n; i += lanes<T>) {
    Vector product = coefficient * Vector::loadu(derivative + i);
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j)
      product = product * Vector::loadu(z + term.block[j] * stride + i);
    (Vector::loadu(out + i) + product).store(out + i);
  }
}

// The gradient by f's argument and by each factor of the term, added to `dz`.
template <class T, int count>
inline void add_term_gradient(const Term& term, const T* derivative, const T* next, const T* z,
                              int64_t stride, const T* dout, T* dz, int64_t n) {
  using Vector = VectorOf<T>;
  const Vector coefficient(static_cast<T>(term.coefficient));
  for (int64_t i = 0; i < n; i += lanes<T>) {
    const Vector d = coefficient * Vector::loadu(dout + i);
    Vector factor[count];
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) factor[j] = Vector::loadu(z + term.block[j] * stride + i);
    Vector before = d * Vector::loadu(derivative + i);  // all but the factors from j on
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) {
      Vector others = before;
#pragma GCC unroll 4
      for (int later = j + 1; later < count; ++later) others = others * factor[later];
      T* const place = dz + term.block[j] * stride + i;
      (Vector::loadu(place) + others).store(place);
      before = before * factor[j];
    }
    Vector whole = d * Vector::loadu(next + i);
#pragma GCC unroll 4
    for (int j = 0; j < count; ++j) whole = whole * factor[j];
    (Vector::loadu(dz + i) + whole).store(dz + i);
  }
}

template <class T>
void add_terms(const Table& table, const T (*f)[block<T>], const T* z, T* a, int64_t size,
               int64_t n) {
  for (int64_t k = 0; k < table.count; ++k) {
    const Term& term = table.terms[k];
    T* const out = a + term.out * size;
    switch (term.count) {
      case 2: add_term<T, 2>(term, f[2], z, size, out, n); break;
      case 3: add_term<T, 3>(term, f[3], z, size, out, n); break;
      default: add_term<T, 4>(term, f[4], z, size, out, n);
    }
  }
}

// The jet `a` (S, size) of f∘g from the jet `z` (S, size) of g; `derive(order, z, f, n)` writes
// f and its derivatives at n numbers.
template <class T, class Derive>
void activate(const Table& table, const Derive& derive, const T* z, T* a, int64_t size) {
  using Vector = VectorOf<T>;
  alignas(64) T f[max_order + 1][block<T>];
  for (int64_t begin = 0; begin < size; begin += block<T>, z += block<T>, a += block<T>) {
    const int64_t n = std::min(size - begin, block<T>);
    derive(table.order, z, &f[0][0], n);
    for (int64_t i = 0; i < n; i += lanes<T>) {
      Vector::loadu(f[0] + i).store(a + i);
      const Vector slope = Vector::loadu(f[1] + i);  // not read where the value is all
      for (int64_t s = 1; s < table.streams; ++s)
        (slope * Vector::loadu(z + s * size + i)).store(a + s * size + i);
    }
    add_terms<T>(table, f, z, a, size, n);
  }
}

// `a` as above, and from its gradient `da` that of `z`.
template <class T, class Derive>
void activate_gradient(const Table& table, const Derive& derive, const T* z, const T* da, T* a,
                       T* dz, int64_t size) {
  using Vector = VectorOf<T>;
  alignas(64) T f[max_order + 1][block<T>];
  for (int64_t begin = 0; begin < size;
       begin += block<T>, z += block<T>, da += block<T>, a += block<T>, dz += block<T>) {
    const int64_t n = std::min(size - begin, block<T>);
    derive(table.order + 1, z, &f[0][0], n);
    for (int64_t i = 0; i < n; i += lanes<T>) {
      const Vector slope = Vector::loadu(f[1] + i), bend = Vector::loadu(f[2] + i);
      Vector first = slope * Vector::loadu(da + i), through(T(0));
      Vector::loadu(f[0] + i).store(a + i);
      for (int64_t s = 1; s < table.streams; ++s) {
        const int64_t at = s * size + i;
        const Vector inner = Vector::loadu(z + at), outer = Vector::loadu(da + at);
        (slope * inner).store(a + at);
        (slope * outer).store(dz + at);
        through = fmadd(inner, outer, through);
      }
      if (table.streams > 1) first = fmadd(bend, through, first);
      first.store(dz + i);
    }
    add_terms<T>(table, f, z, a, size, n);
    for (int64_t k = 0; k < table.count; ++k) {
      const Term& term = table.terms[k];
      const T* const dout = da + term.out * size;
      switch (term.count) {
        case 2: add_term_gradient<T, 2>(term, f[2], f[3], z, size, dout, dz, n); break;
        case 3: add_term_gradient<T, 3>(term, f[3], f[4], z, size, dout, dz, n); break;
        default: add_term_gradient<T, 4>(term, f[4], f[5], z, size, dout, dz, n);
      }
    }
  }
}

// ---------------------------------------------------------------------------------- networks

// One network: its place in the output, its shape, and where its numbers stand in the flat
// array of all parameters. Mirrored in fused.py.
struct Network {
  int64_t place, activation, hidden, width;
  const int64_t *weights, *biases;  // offsets, one a layer
  int64_t stored;                   // numbers a point that the networks before it store
};

template <class T>
struct Batch {
  Table table;
  const Network* networks;
  int64_t count, points, inputs, outputs;
  const T* coordinates;  // (S, B, D)
  const T* parameters;
};

template <class T>
auto derivatives_of(int64_t activation) {
  return [activation](int64_t order, const T* z, T* f, int64_t n) {
    derivatives<T>(activation, order, z, f, n);
  };
}

template <class T>
int64_t padded(int64_t width) {
  return (width + lanes<T> - 1) / lanes<T> * lanes<T>;
}

int64_t tile_points(int64_t streams) { return std::max<int64_t>(8, rows_of_tile / streams); }

// Memory that a thread keeps from task to task.
template <class T>
T* scratch(int which, int64_t size) {
  thread_local std::vector<T> buffers[16];
  std::vector<T>& buffer = buffers[which];
  constexpr uintptr_t page = 4096;
  const int64_t needed = size + page / sizeof(T);
  if (static_cast<int64_t>(buffer.size()) < needed) buffer.resize(needed);
  const auto address = reinterpret_cast<uintptr_t>(buffer.data());
  return reinterpret_cast<T*>((address + page - 1) & ~(page - 1));
}

// (rows, width) with zeros behind each row, up to `stride`.
template <class T>
void pack(const T* from, int64_t rows, int64_t width, T* to, int64_t stride) {
  for (int64_t i = 0; i < rows; ++i) {
    std::copy(from + i * width, from + (i + 1) * width, to + i * stride);
    std::fill(to + i * stride + width, to + (i + 1) * stride, T(0));
  }
}

template <class T>
void pack_transposed(const T* from, int64_t rows, int64_t width, T* to, int64_t stride) {
  for (int64_t j = 0; j < width; ++j) {
    for (int64_t i = 0; i < rows; ++i) to[j * stride + i] = from[i * width + j];
    std::fill(to + j * stride + rows, to + (j + 1) * stride, T(0));
  }
}

// A network's matrices as the products want them.
template <class T>
struct Packed {
  int64_t width, stride, hidden, outputs;
  T *first, *inner, *inner_transposed, *last, *last_transposed, *biases;

  Packed(const Batch<T>& batch, const Network& net, bool backward)
      : width(net.width), stride(padded<T>(net.width)), hidden(net.hidden),
        outputs(padded<T>(batch.outputs)) {
    const T* const p = batch.parameters;
    const int64_t square = width * stride, inner_layers = hidden - 1;
    T* memory = scratch<T>(0, batch.inputs * stride + 2 * inner_layers * square +
                                  width * outputs + batch.outputs * stride + hidden * stride);
    const auto take = [&memory](int64_t size) {
      T* const taken = memory;
      memory += size;
      return taken;
    };
    first = take(batch.inputs * stride);
    inner = take(inner_layers * square);
    inner_transposed = take(inner_layers * square);
    last_transposed = take(batch.outputs * stride);
    biases = take(hidden * stride);
    last = take(width * outputs);
    pack(p + net.weights[0], batch.inputs, width, first, stride);
    for (int64_t l = 0; l < inner_layers; ++l) {
      const T* const weight = p + net.weights[l + 1];
      pack(weight, width, width, inner + l * square, stride);
      if (backward) pack_transposed(weight, width, width, inner_transposed + l * square, stride);
    }
    for (int64_t l = 0; l < hidden; ++l)
      pack(p + net.biases[l], 1, width, biases + l * stride, stride);
    pack(p + net.weights[hidden], width, batch.outputs, last, outputs);
    pack_transposed(p + net.weights[hidden], width, batch.outputs, last_transposed, stride);
  }
};

// Pre-activations of all hidden layers for one tile; `stored` has room for them, or for one.
template <class T>
void forward_tile(const Batch<T>& batch, const Network& net, const Packed<T>& packed,
                  int64_t begin, int64_t n, T* stored, int64_t stored_stride, T* out) {
  const int64_t streams = batch.table.streams, rows = streams * n, size = n * packed.stride;
  const auto derive = derivatives_of<T>(net.activation);
  T* const a = scratch<T>(1, rows * packed.stride);
  T* z = stored;
  for (int64_t s = 0; s < streams; ++s)
    product<T, false>(n, packed.stride, batch.inputs,
                      batch.coordinates + (s * batch.points + begin) * batch.inputs,
                      {batch.inputs, 1}, packed.first, packed.stride, z + s * size,
                      packed.stride);
  for (int64_t l = 0; l < packed.hidden; ++l) {
    if (l > 0) {
      z = stored + l * stored_stride;
      product<T, false>(rows, packed.stride, packed.width, a, {packed.stride, 1},
                        packed.inner + (l - 1) * packed.width * packed.stride, packed.stride, z,
                        packed.stride);
    }
    const T* const bias = packed.biases + l * packed.stride;
    for (int64_t t = 0; t < n; ++t)
      for (int64_t j = 0; j < packed.stride; ++j) z[t * packed.stride + j] += bias[j];
    activate<T>(batch.table, derive, z, a, size);
  }
  const T* const bias = batch.parameters + net.biases[packed.hidden];
  T* const wide = scratch<T>(2, rows * packed.outputs);
  const bool dots = 2 * batch.outputs <= lanes<T>;
  if (!dots)
    product<T, false>(rows, packed.outputs, packed.width, a, {packed.stride, 1}, packed.last,
                      packed.outputs, wide, packed.outputs);
  for (int64_t s = 0; s < streams; ++s)
    for (int64_t t = 0; t < n; ++t) {
      const T* const row = a + (s * n + t) * packed.stride;
      T* const to = out + ((net.place * streams + s) * batch.points + begin + t) * batch.outputs;
      for (int64_t c = 0; c < batch.outputs; ++c) {
        T value;
        if (dots) {
          VectorOf<T> sum(T(0));
          for (int64_t j = 0; j < packed.stride; j += lanes<T>)
            sum = fmadd(VectorOf<T>::loadu(row + j),
                        VectorOf<T>::loadu(packed.last_transposed + c * packed.stride + j), sum);
          alignas(64) T parts[lanes<T>];
          sum.store(parts);
          for (int64_t half = lanes<T> / 2; half > 0; half /= 2)
            for (int64_t j = 0; j < half; ++j) parts[j] += parts[j + half];
          value = parts[0];
        } else {
          value = wide[(s * n + t) * packed.outputs + c];
        }
        to[c] = s == 0 ? value + bias[c] : value;
      }
    }
}

// A network's gradients, padded as its matrices are.
template <class T>
struct Gradients {
  T *first, *inner, *last_transposed, *biases, *last_bias;

  Gradients(const Batch<T>& batch, const Packed<T>& packed) {
    const int64_t stride = packed.stride, square = packed.width * stride;
    const int64_t sizes[] = {batch.inputs * stride, (packed.hidden - 1) * square,
                             batch.outputs * stride, packed.hidden * stride, batch.outputs};
    int64_t total = 0;
    for (const int64_t size : sizes) total += size;
    T* const memory = scratch<T>(3, total);
    std::fill_n(memory, total, T(0));
    first = memory;
    inner = first + sizes[0];
    last_transposed = inner + sizes[1];
    biases = last_transposed + sizes[2];
    last_bias = biases + sizes[3];
  }

  void unpack(const Batch<T>& batch, const Network& net, const Packed<T>& packed, T* to) const {
    const int64_t stride = packed.stride, width = packed.width, hidden = packed.hidden;
    for (int64_t i = 0; i < batch.inputs; ++i)
      std::copy_n(first + i * stride, width, to + net.weights[0] + i * width);
    for (int64_t l = 1; l < hidden; ++l)
      for (int64_t i = 0; i < width; ++i)
        std::copy_n(inner + ((l - 1) * width + i) * stride, width,
                    to + net.weights[l] + i * width);
    for (int64_t l = 0; l < hidden; ++l)
      std::copy_n(biases + l * stride, width, to + net.biases[l]);
    for (int64_t c = 0; c < batch.outputs; ++c) {
      for (int64_t i = 0; i < width; ++i)
        to[net.weights[hidden] + i * batch.outputs + c] = last_transposed[c * stride + i];
      to[net.biases[hidden] + c] = last_bias[c];
    }
  }
};

template <class T>
void backward_tile(const Batch<T>& batch, const Network& net, const Packed<T>& packed,
                   int64_t begin, int64_t n, const T* stored, int64_t stored_stride,
                   const T* dout, const Gradients<T>& gradients) {
  const int64_t streams = batch.table.streams, rows = streams * n, stride = packed.stride;
  const int64_t size = n * stride, outputs = batch.outputs;
  const auto derive = derivatives_of<T>(net.activation);
  T* const a = scratch<T>(4, rows * stride);
  T* const da = scratch<T>(5, rows * stride);
  T* dz = scratch<T>(6, rows * stride);
  T* dz_after = scratch<T>(7, rows * stride);
  T* const d = scratch<T>(8, rows * outputs);
  for (int64_t s = 0; s < streams; ++s)
    std::copy_n(dout + ((net.place * streams + s) * batch.points + begin) * outputs, n * outputs,
                d + s * n * outputs);
  for (int64_t t = 0; t < n; ++t)
    for (int64_t c = 0; c < outputs; ++c) gradients.last_bias[c] += d[t * outputs + c];
  product<T, false>(rows, stride, outputs, d, {outputs, 1}, packed.last_transposed, stride, da,
                    stride);
  for (int64_t l = packed.hidden - 1; l >= 0; --l) {
    activate_gradient<T>(batch.table, derive, stored + l * stored_stride, da, a, dz, size);
    if (l == packed.hidden - 1)
      product<T, true>(outputs, stride, rows, d, {1, outputs}, a, stride,
                       gradients.last_transposed, stride);
    else
      product<T, true>(packed.width, stride, rows, a, {1, stride}, dz_after, stride,
                       gradients.inner + l * packed.width * stride, stride);
    T* const bias = gradients.biases + l * stride;
    for (int64_t t = 0; t < n; ++t)
      for (int64_t j = 0; j < stride; ++j) bias[j] += dz[t * stride + j];
    if (l > 0)
      product<T, false>(rows, stride, packed.width, dz, {stride, 1},
                        packed.inner_transposed + (l - 1) * packed.width * stride, stride, da,
                        stride);
    else
      for (int64_t s = 0; s < streams; ++s)
        product<T, true>(batch.inputs, stride, n,
                         batch.coordinates + (s * batch.points + begin) * batch.inputs,
                         {1, batch.inputs}, dz + s * size, stride, gradients.first, stride);
    std::swap(dz, dz_after);
  }
}

int64_t spans(int64_t points) { return (points + points_of_span - 1) / points_of_span; }

// Calls `work(network, begin, end, span)` for each network on each span of points.
template <class T, class Work>
void each_task(const Batch<T>& batch, int64_t threads, const Work& work) {
  const int64_t parts = spans(batch.points), tasks = batch.count * parts;
#pragma omp parallel for schedule(dynamic, 1) num_threads(threads)
  for (int64_t task = 0; task < tasks; ++task) {
    const int64_t span = task % parts, begin = span * points_of_span;
    work(batch.networks[task / parts], begin, std::min(batch.points, begin + points_of_span),
         span);
  }
}

template <class T>
void forward(const Batch<T>& batch, T* stored, T* out, int64_t threads) {
  const int64_t tile = tile_points(batch.table.streams);
  each_task<T>(batch, threads, [&](const Network& net, int64_t begin, int64_t end, int64_t) {
    const Packed<T> packed(batch, net, false);
    for (int64_t at = begin; at < end; at += tile) {
      const int64_t n = std::min(tile, end - at), layer = batch.table.streams * packed.stride;
      if (stored)
        forward_tile<T>(batch, net, packed, at, n,
                        stored + net.stored * batch.points + at * layer * net.hidden, layer * n,
                        out);
      else  // nobody looks back: each layer's pre-activations in the place of the last one's
        forward_tile<T>(batch, net, packed, at, n, scratch<T>(9, layer * n), 0, out);
    }
  });
}

// Gradients (spans, parameters); what no network of the batch owns is left alone.
template <class T>
void backward(const Batch<T>& batch, const T* stored, const T* dout, T* gradients,
              int64_t parameters, int64_t threads) {
  const int64_t tile = tile_points(batch.table.streams);
  each_task<T>(batch, threads, [&](const Network& net, int64_t begin, int64_t end, int64_t span) {
    const Packed<T> packed(batch, net, true);
    const Gradients<T> own(batch, packed);
    for (int64_t at = begin; at < end; at += tile) {
      const int64_t n = std::min(tile, end - at), layer = batch.table.streams * packed.stride;
      backward_tile<T>(batch, net, packed, at, n,
                       stored + net.stored * batch.points + at * layer * net.hidden, layer * n,
                       dout, own);
    }
    own.unpack(batch, net, packed, gradients + span * parameters);
  });
}

// ------------------------------------------------------------------------------------ mixing

// coefficient · f[left] · g[right] is a term of the stream `out` of f·g (Leibniz).
struct Factors {
  int64_t out, coefficient, left, right;
};

template <class T>
struct Mixing {
  Table table;
  const Factors* products;
  int64_t count, points, experts, outputs;
  const T* logits;  // (S, B, E)
  const T* jets;    // (E, S, B, C)
};

constexpr int64_t points_of_tile = 64;

template <class T>
void exponential(int64_t order, const T* z, T* f, int64_t n) {
  for (int64_t i = 0; i < n; i += lanes<T>) {
    const auto value = VectorOf<T>::loadu(z + i).exp_u20();
    for (int64_t k = 0; k <= order; ++k) value.store(f + k * block<T> + i);
  }
}

template <class T>
inline void add_product(int64_t coefficient, const T* left, const T* right, T* out) {
  using Vector = VectorOf<T>;
  const Vector factor(static_cast<T>(coefficient));
  for (int64_t i = 0; i < points_of_tile; i += lanes<T>)
    fmadd(factor * Vector::loadu(left + i), Vector::loadu(right + i), Vector::loadu(out + i))
        .store(out + i);
}

// Between streams of (rows of `n` points, `stride` apart) and a tile of its own (S, T); what is
// beyond the n points is zero.
template <class T>
void gather(const T* from, int64_t stream, int64_t stride, int64_t streams, int64_t n, T* tile) {
  for (int64_t s = 0; s < streams; ++s) {
    T* const to = tile + s * points_of_tile;
    for (int64_t t = 0; t < n; ++t) to[t] = from[s * stream + t * stride];
    std::fill(to + n, to + points_of_tile, T(0));
  }
}

template <class T>
void scatter(const T* tile, int64_t stream, int64_t stride, int64_t streams, int64_t n, T* to) {
  for (int64_t s = 0; s < streams; ++s)
    for (int64_t t = 0; t < n; ++t)
      to[s * stream + t * stride] = tile[s * points_of_tile + t];
}

// One tile of points: what the forward and the backward pass have in common.
template <class T>
struct MixingTile {
  const Mixing<T>& mixing;
  int64_t begin, n, streams, size;
  T peak[points_of_tile];

  MixingTile(const Mixing<T>& all, int64_t tile)
      : mixing(all), begin(tile * points_of_tile),
        n(std::min(points_of_tile, all.points - tile * points_of_tile)),
        streams(all.table.streams), size(all.table.streams * points_of_tile) {
    for (int64_t t = 0; t < n; ++t) {
      const T* const row = all.logits + (begin + t) * all.experts;
      peak[t] = *std::max_element(row, row + all.experts);
    }
  }

  // A constant around each point, taken from all logits, changes no quotient of exponentials.
  void logits(int64_t expert, T* tile) const {
    gather(mixing.logits + begin * mixing.experts + expert, mixing.points * mixing.experts,
           mixing.experts, streams, n, tile);
    for (int64_t t = 0; t < n; ++t) tile[t] -= peak[t];
  }

  int64_t place(int64_t expert, int64_t c) const {
    return (expert * streams * mixing.points + begin) * mixing.outputs + c;
  }

  void jet(int64_t expert, int64_t c, T* tile) const {
    gather(mixing.jets + place(expert, c), mixing.points * mixing.outputs, mixing.outputs,
           streams, n, tile);
  }
};

// Σ exp(logit) · jet (S, B, C) and Σ exp(logit) (S, B).
template <class T>
void mix(const Mixing<T>& mixing, T* numerator, T* denominator, int64_t threads) {
  const int64_t tiles = (mixing.points + points_of_tile - 1) / points_of_tile;
#pragma omp parallel for num_threads(threads)
  for (int64_t number = 0; number < tiles; ++number) {
    const MixingTile<T> tile(mixing, number);
    const int64_t size = tile.size, outputs = mixing.outputs;
    T* const memory = scratch<T>(10, (4 + outputs) * size);
    T *const g = memory, *const weight = g + size, *const u = weight + size,
             *const below = u + size, *const above = below + size;
    std::fill_n(below, (1 + outputs) * size, T(0));
    for (int64_t expert = 0; expert < mixing.experts; ++expert) {
      tile.logits(expert, g);
      activate<T>(mixing.table, exponential<T>, g, weight, points_of_tile);
      for (int64_t i = 0; i < size; ++i) below[i] += weight[i];
      for (int64_t c = 0; c < outputs; ++c) {
        tile.jet(expert, c, u);
        for (int64_t k = 0; k < mixing.count; ++k) {
          const Factors& term = mixing.products[k];
          add_product(term.coefficient, weight + term.left * points_of_tile,
                      u + term.right * points_of_tile,
                      above + c * size + term.out * points_of_tile);
        }
      }
    }
    scatter(below, mixing.points, 1, tile.streams, tile.n, denominator + tile.begin);
    for (int64_t c = 0; c < outputs; ++c)
      scatter(above + c * size, mixing.points * outputs, outputs, tile.streams, tile.n,
              numerator + tile.begin * outputs + c);
  }
}

template <class T>
void mix_gradient(const Mixing<T>& mixing, const T* dnumerator, const T* ddenominator, T* dlogits,
                  T* djets, int64_t threads) {
  const int64_t tiles = (mixing.points + points_of_tile - 1) / points_of_tile;
#pragma omp parallel for num_threads(threads)
  for (int64_t number = 0; number < tiles; ++number) {
    const MixingTile<T> tile(mixing, number);
    const int64_t size = tile.size, outputs = mixing.outputs;
    T* const memory = scratch<T>(11, (7 + outputs) * size);
    T *const g = memory, *const weight = g + size, *const u = weight + size,
             *const du = u + size, *const dweight = du + size, *const dg = dweight + size,
             *const below = dg + size, *const above = below + size;
    gather(ddenominator + tile.begin, mixing.points, 1, tile.streams, tile.n, below);
    for (int64_t c = 0; c < outputs; ++c)
      gather(dnumerator + tile.begin * outputs + c, mixing.points * outputs, outputs,
             tile.streams, tile.n, above + c * size);
    for (int64_t expert = 0; expert < mixing.experts; ++expert) {
      tile.logits(expert, g);
      activate<T>(mixing.table, exponential<T>, g, weight, points_of_tile);
      std::copy_n(below, size, dweight);
      for (int64_t c = 0; c < outputs; ++c) {
        tile.jet(expert, c, u);
        std::fill_n(du, size, T(0));
        for (int64_t k = 0; k < mixing.count; ++k) {
          const Factors& term = mixing.products[k];
          const T* const d = above + c * size + term.out * points_of_tile;
          add_product(term.coefficient, d, u + term.right * points_of_tile,
                      dweight + term.left * points_of_tile);
          add_product(term.coefficient, d, weight + term.left * points_of_tile,
                      du + term.right * points_of_tile);
        }
        scatter(du, mixing.points * outputs, outputs, tile.streams, tile.n,
                djets + tile.place(expert, c));
      }
      activate_gradient<T>(mixing.table, exponential<T>, g, dweight, weight, dg, points_of_tile);
      scatter(dg, mixing.points * mixing.experts, mixing.experts, tile.streams, tile.n,
              dlogits + tile.begin * mixing.experts + expert);
    }
  }
}

// --------------------------------------------------------------------------------- interface

// What fused.py hands over: the terms of Faà di Bruno's formula, then
// for networks: sizes = [terms, S, order, threads, B, C, D, networks, parameters], and of each
// network its place, activation, hidden layers, width, the offsets of its weights and biases;
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
  extern "C" void mix_##suffix(const Call* call, const T* logits, const T* jets, T* numerator, \
                               T* denominator) {                                               \
    mix<T>(read_mixing<T>(*call, logits, jets), numerator, denominator, call->sizes[3]);       \
  }                                                                                            \
  extern "C" void mix_gradient_##suffix(const Call* call, const T* logits, const T* jets,      \
                                        const T* dnumerator, const T* ddenominator,            \
                                        T* dlogits, T* djets) {                                \
    mix_gradient<T>(read_mixing<T>(*call, logits, jets), dnumerator, ddenominator, dlogits,    \
                    djets, call->sizes[3]);                                                    \
  }

EXPORT(float, float32)
EXPORT(double, float64)
