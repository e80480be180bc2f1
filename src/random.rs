//! Random numbers that depend on a seed alone.

/// SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014), from a seed.
#[derive(Debug, Clone)]
pub struct SplitMix64(pub u64);

impl SplitMix64 {
    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number in (0, 1) from the next 64 bits.
    pub fn uniform(&mut self) -> f64 {
        unit(self.bits())
    }

    /// A standard normal number from the next two times 64 bits.
    pub fn normal(&mut self) -> f64 {
        standard_normal(|| self.bits())
    }
}

/// A number in (0, 1) from 64 random bits.
fn unit(bits: u64) -> f64 {
    ((bits >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
}

/// A standard normal number from two draws of 64 random bits (Box and Muller, 1958). It is written out here so that no
/// other version of a library draws others.
pub fn standard_normal(mut bits: impl FnMut() -> u64) -> f64 {
    let radius = (-2.0 * unit(bits()).ln()).sqrt();
    radius * (std::f64::consts::TAU * unit(bits())).cos()
}

#[cfg(test)]
mod tests {
    use super::SplitMix64;

    /// The first outputs of the reference implementation for seed 0 (Vigna, prng.di.unimi.it/splitmix64.c).
    #[test]
    fn golden() {
        let mut random = SplitMix64(0);
        let expected = [0xE220_A839_7B1D_CDAF, 0x6E78_9E6A_A1B9_65F4, 0x06C4_5D18_8009_454F];
        assert_eq!(expected.map(|_| random.bits()), expected);
    }
}
