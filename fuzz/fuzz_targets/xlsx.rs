#![no_main]
//! Any bytes as a workbook.

use libfuzzer_sys::fuzz_target;

fuzz_target!(init: mingjing_fuzz::unwind_panics(), |bytes: &[u8]| {
    // The four bytes by which a workbook is known are given.
    mingjing_fuzz::read("xlsx", &[b"PK\x03\x04", bytes].concat());
});
