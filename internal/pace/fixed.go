package pace

// Fixed splits what may leave in any minute: a tenth at once, and the rest evenly.
// Both together are n, unless that is below 2.
func Fixed(n int) (evenly, burst int) {
	burst = max(1, n/10)
	return max(1, n-burst), burst
}
