// The sums of the gated mean: weights that are exponentials of logits, times jets.
//
// u = Σ_i w_i u_i / Σ_i w_i with w_i = exp(g_i - max g): numerator and denominator are made here, as
// jets, and divided by torch. Every f⁽ᵏ⁾ of f = exp is exp itself, so `activate` of composition.h
// makes the jet of w_i; its product with the jet of u_i follows the Leibniz rule.

// coefficient · f[left] · g[right] is a term of the component `out` of f·g (Leibniz).
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

// Copies between a large array, where components are `component` numbers apart and points `stride`,
// and a tile (S, T) of its own; beyond the n points the tile is zero.
template <class T>
void gather(const T* from, int64_t component, int64_t stride, int64_t components, int64_t n, T* tile) {
  for (int64_t s = 0; s < components; ++s) {
    T* const to = tile + s * points_of_tile;
    for (int64_t t = 0; t < n; ++t) to[t] = from[s * component + t * stride];
    std::fill(to + n, to + points_of_tile, T(0));
  }
}

template <class T>
void scatter(const T* tile, int64_t component, int64_t stride, int64_t components, int64_t n, T* to) {
  for (int64_t s = 0; s < components; ++s)
    for (int64_t t = 0; t < n; ++t)
      to[s * component + t * stride] = tile[s * points_of_tile + t];
}

// One tile of points: what the forward and the backward pass have in common.
template <class T>
struct MixingTile {
  const Mixing<T>& mixing;
  int64_t begin, n, components, size;
  T peak[points_of_tile];

  MixingTile(const Mixing<T>& all, int64_t tile)
      : mixing(all), begin(tile * points_of_tile),
        n(std::min(points_of_tile, all.points - tile * points_of_tile)),
        components(all.table.components), size(all.table.components * points_of_tile) {
    for (int64_t t = 0; t < n; ++t) {
      const T* const row = all.logits + (begin + t) * all.experts;
      peak[t] = *std::max_element(row, row + all.experts);
    }
  }

  // The greatest logit, taken from all, keeps the exponentials from overflow. It is a constant
  // around each point, so that it changes the value alone, and no quotient.
  void logits(int64_t expert, T* tile) const {
    gather(mixing.logits + begin * mixing.experts + expert, mixing.points * mixing.experts,
           mixing.experts, components, n, tile);
    for (int64_t t = 0; t < n; ++t) tile[t] -= peak[t];
  }

  int64_t offset(int64_t expert, int64_t c) const {
    return (expert * components * mixing.points + begin) * mixing.outputs + c;
  }

  void jet(int64_t expert, int64_t c, T* tile) const {
    gather(mixing.jets + offset(expert, c), mixing.points * mixing.outputs, mixing.outputs,
           components, n, tile);
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
    scatter(below, mixing.points, 1, tile.components, tile.n, denominator + tile.begin);
    for (int64_t c = 0; c < outputs; ++c)
      scatter(above + c * size, mixing.points * outputs, outputs, tile.components, tile.n,
              numerator + tile.begin * outputs + c);
  }
}

// Of a term out = c · w[left] · u[right] the gradient is dw[left] += c · dout · u[right], and
// du[right] += c · dout · w[left]; then dw goes back through the exponential to the logits.
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
    gather(ddenominator + tile.begin, mixing.points, 1, tile.components, tile.n, below);
    for (int64_t c = 0; c < outputs; ++c)
      gather(dnumerator + tile.begin * outputs + c, mixing.points * outputs, outputs,
             tile.components, tile.n, above + c * size);
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
        scatter(du, mixing.points * outputs, outputs, tile.components, tile.n,
                djets + tile.offset(expert, c));
      }
      activate_gradient<T>(mixing.table, exponential<T>, g, dweight, weight, dg, points_of_tile);
      scatter(dg, mixing.points * mixing.experts, mixing.experts, tile.components, tile.n,
              dlogits + tile.begin * mixing.experts + expert);
    }
  }
}
