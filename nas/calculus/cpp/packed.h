// Where the numbers of multilayer perceptrons stand, and their copies as the products read them.

// One network: its index in the output, its shape, and where its numbers stand in the flat
// array of all parameters. Mirrored in kernel.py.
struct Network {
  int64_t index, activation, hidden, width;
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

int64_t tile_points(int64_t components) { return std::max<int64_t>(8, rows_of_tile / components); }

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

// (rows, width) with zeros behind each row, up to `stride`: products then need no rest loop, and
// padded units change nothing, since the weights that lead out of them are zero.
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

// A network's matrices as the products read them: padded, and transposed for the backward pass.
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
