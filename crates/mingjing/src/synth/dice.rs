//! Own dice, so that a seed gives the same scheme on every machine and with every version of a library.
//!
//! SplitMix64 (Steele, Lea, Flood 2014). Not for secrets.

/// A stream of numbers that its seed alone decides.
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed; `stream` tells apart the uses of one seed.
    pub fn new(seed: u64, stream: u64) -> Dice {
        Dice(mixed(seed ^ mixed(stream)))
    }

    /// The next 64 bits.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        mixed(self.0)
    }

    /// A number below `sides`, which is not 0.
    pub fn below(&mut self, sides: u32) -> u32 {
        (((self.roll() >> 32) * u64::from(sides)) >> 32) as u32
    }

    /// A number in [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.roll() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// True with probability `share`.
    pub fn chance(&mut self, share: f64) -> bool {
        self.unit() < share
    }
}

/// A number that looks random and that `of` alone decides.
pub fn mixed(of: u64) -> u64 {
    let z = (of ^ (of >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
