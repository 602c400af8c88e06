#![no_main]
//! Any bytes as a delimited text.

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: mingjing_fuzz::unwind_panics(), |bytes: &[u8]| {
    mingjing_fuzz::read("csv", bytes);
});
