declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)

declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr, i32, <8 x i1>)

define internal void @g0(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ 0, %entry ], [ %r12, %body1 ]
  %c1 = icmp slt i64 %at1, 3
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 5
  %r3 = getelementptr float, ptr %a0, i64 %r2
  %r4 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %r3, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r5 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %a1, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %r6 = fcmp ogt <8 x float> %r4, %r5
  %r7 = fmul <8 x float> %r4, splat (float 0x4000000000000000)
  %r8 = fadd <8 x float> %r7, %r5
  %r9 = fneg <8 x float> %r5
  %r10 = select <8 x i1> %r6, <8 x float> %r8, <8 x float> %r9
  %r11 = getelementptr float, ptr %a2, i64 %r2
  call void @llvm.masked.store.v8f32.p0(<8 x float> %r10, ptr %r11, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %r12 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

declare i32 @sched_yield()

define internal void @meet(ptr %meet, i64 %threads, i64 %thread, i1 %counts) {
entry:
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %done, label %come
come:
  %turns = getelementptr i64, ptr %meet, i64 8
  %turn = load atomic i64, ptr %turns seq_cst, align 8
  %were = atomicrmw add ptr %meet, i64 1 seq_cst
  %are = add i64 %were, 1
  %last = icmp eq i64 %are, %threads
  br i1 %last, label %open, label %wait
open:
  store atomic i64 0, ptr %meet seq_cst, align 8
  %next = add i64 %turn, 1
  store atomic i64 %next, ptr %turns seq_cst, align 8
  br label %done
wait:
  %spins = phi i64 [ 0, %come ], [ %more, %again ]
  %now = load atomic i64, ptr %turns seq_cst, align 8
  %opened = icmp ne i64 %now, %turn
  br i1 %opened, label %met, label %spin
spin:
  call void @llvm.x86.sse2.pause()
  %more = add i64 %spins, 1
  %long = icmp ugt i64 %more, 2000
  br i1 %long, label %yield, label %again
yield:
  call i32 @sched_yield()
  br label %again
again:
  br label %wait
met:
  br i1 %counts, label %count, label %done
count:
  %line = mul i64 %thread, 8
  %word = add i64 %line, 24
  %waits_at = getelementptr i64, ptr %meet, i64 %word
  %waits = load i64, ptr %waits_at
  %all = add i64 %waits, %spins
  store i64 %all, ptr %waits_at
  br label %done
done:
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

define internal void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond) {
entry:
  %rows_at = getelementptr i64, ptr %feed, i64 1
  %numbers_at = getelementptr i64, ptr %feed, i64 2
  %arrays = load i64, ptr %feed
  %rows = load i64, ptr %rows_at
  %all = load ptr, ptr %numbers_at
  %before = mul i64 %step, %rows
  %numbers = getelementptr i64, ptr %all, i64 %before
  %from = mul i64 %begin, %rows
  %to = mul i64 %beyond, %rows
  %low = udiv i64 %from, 512
  %high = udiv i64 %to, 512
  br label %each
each:
  %array = phi i64 [ 0, %entry ], [ %array_next, %array_done ]
  %left = icmp slt i64 %array, %arrays
  br i1 %left, label %found, label %done
found:
  %third = mul i64 %array, 3
  %offset = add i64 %third, 3
  %entry_at = getelementptr i64, ptr %feed, i64 %offset
  %to_at = getelementptr i64, ptr %entry_at, i64 1
  %bytes_at = getelementptr i64, ptr %entry_at, i64 2
  %source = load ptr, ptr %entry_at
  %target = load ptr, ptr %to_at
  %bytes = load i64, ptr %bytes_at
  br label %row
row:
  %k = phi i64 [ %low, %found ], [ %k_next, %copy ]
  %in = icmp slt i64 %k, %high
  br i1 %in, label %copy, label %array_done
copy:
  %number_at = getelementptr i64, ptr %numbers, i64 %k
  %number = load i64, ptr %number_at
  %source_byte = mul i64 %number, %bytes
  %target_byte = mul i64 %k, %bytes
  %source_row = getelementptr i8, ptr %source, i64 %source_byte
  %target_row = getelementptr i8, ptr %target, i64 %target_byte
  call void @llvm.memmove.p0.p0.i64(ptr %target_row, ptr %source_row, i64 %bytes, i1 false)
  %k_next = add i64 %k, 1
  br label %row
array_done:
  %array_next = add i64 %array, 1
  br label %each
done:
  ret void
}

define void @step(
    ptr %given, ptr %arena, ptr %report, ptr %feed, i64 %steps, i64 %thread, i64 %threads, ptr %meet
) {
entry:
  %mode = alloca i32
  %flushing = alloca i32
  call void @llvm.x86.sse.stmxcsr(ptr %mode)
  %mode_before = load i32, ptr %mode
  %mode_inside = or i32 %mode_before, 32832
  store i32 %mode_inside, ptr %flushing
  call void @llvm.x86.sse.ldmxcsr(ptr %flushing)
  %first = icmp eq i64 %thread, 0
  %alone = icmp eq i64 %threads, 1
  br i1 %alone, label %start, label %beside
beside:
  %cut_at = getelementptr i64, ptr %meet, i64 16
  %cut = load i64, ptr %cut_at
  br label %start
start:
  %mine = phi i64 [ 512, %entry ], [ %cut, %beside ]
  %begin = select i1 %first, i64 0, i64 %mine
  %beyond = select i1 %first, i64 %mine, i64 512
  br label %again
again:
  %step = phi i64 [ 0, %start ], [ %following, %next ]
  %more = icmp slt i64 %step, %steps
  br i1 %more, label %fed, label %end
fed:
  %feeds = icmp ne ptr %feed, null
  br i1 %feeds, label %feeding, label %body
feeding:
  call void @feed(ptr %feed, i64 %step, i64 %begin, i64 %beyond)
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %body
body:
  br i1 %first, label %do_g0, label %done_g0
do_g0:
  %p0_0_slot = getelementptr ptr, ptr %given, i64 0
  %p0_0 = load ptr, ptr %p0_0_slot
  %p0_1_slot = getelementptr ptr, ptr %given, i64 1
  %p0_1 = load ptr, ptr %p0_1_slot
  %p0_2_slot = getelementptr ptr, ptr %given, i64 2
  %p0_2 = load ptr, ptr %p0_2_slot
  call void @g0(ptr %p0_0, ptr %p0_1, ptr %p0_2, ptr %report, i64 0, i64 1)
  br label %done_g0
done_g0:
  call void @meet(ptr %meet, i64 %threads, i64 %thread, i1 false)
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
  call void @llvm.x86.sse.ldmxcsr(ptr %mode)
  ret void
}

