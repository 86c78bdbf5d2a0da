"""The imports of years of holidays and 调休 which the program lacks, or which the notice changed."""
