declare void @llvm.x86.sse2.pause()
declare void @llvm.x86.sse.stmxcsr(ptr)
declare void @llvm.x86.sse.ldmxcsr(ptr)

declare <2 x float> @llvm.fma.v2f32(<2 x float>, <2 x float>, <2 x float>)

declare <4 x float> @llvm.fma.v4f32(<4 x float>, <4 x float>, <4 x float>)

declare <4 x float> @llvm.masked.load.v4f32.p0(ptr, i32, <4 x i1>, <4 x float>)

declare <4 x i64> @llvm.masked.load.v4i64.p0(ptr, i32, <4 x i1>, <4 x i64>)

declare float @llvm.fma.f32(float, float, float)

declare void @llvm.masked.store.v4f32.p0(<4 x float>, ptr, i32, <4 x i1>)

define internal <4 x float> @nudge.exp.v4f32(<4 x float> %x0) alwaysinline {
entry:
  %r1 = fcmp ogt <4 x float> %x0, splat (float 0x4056400000000000)
  %r2 = select <4 x i1> %r1, <4 x float> splat (float 0x4056400000000000), <4 x float> %x0
  %r3 = fcmp olt <4 x float> %r2, splat (float 0xC05A000000000000)
  %r4 = select <4 x i1> %r3, <4 x float> splat (float 0xC05A000000000000), <4 x float> %r2
  %r5 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r4, <4 x float> splat (float 0x3FF7154760000000), <4 x float> splat (float 0x4168000000000000))
  %r6 = fsub <4 x float> %r5, splat (float 0x4168000000000000)
  %r7 = bitcast <4 x float> %r5 to <4 x i32>
  %r8 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r6, <4 x float> splat (float 0xBFE62E4300000000), <4 x float> %r4)
  %r9 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r6, <4 x float> splat (float 0x3E205C6100000000), <4 x float> %r8)
  %r10 = fmul <4 x float> %r9, %r9
  %r11 = call <4 x float> @llvm.fma.v4f32(<4 x float> splat (float 0x3F56D8E060000000), <4 x float> %r9, <4 x float> splat (float 0x3F812204C0000000))
  %r12 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r11, <4 x float> %r9, <4 x float> splat (float 0x3FA5554980000000))
  %r13 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r12, <4 x float> %r9, <4 x float> splat (float 0x3FC5554BC0000000))
  %r14 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r13, <4 x float> %r9, <4 x float> splat (float 0x3FE0000000000000))
  %r15 = call <4 x float> @llvm.fma.v4f32(<4 x float> %r10, <4 x float> %r14, <4 x float> %r9)
  %r16 = sub <4 x i32> %r7, splat (i32 1262485250)
  %r17 = lshr <4 x i32> %r16, splat (i32 1)
  %r18 = fadd <4 x float> %r15, splat (float 0x3FF0000000000000)
  %r19 = shl <4 x i32> %r17, splat (i32 23)
  %r20 = bitcast <4 x i32> %r19 to <4 x float>
  %r21 = fmul <4 x float> %r18, %r20
  %r22 = sub <4 x i32> %r16, %r17
  %r23 = shl <4 x i32> %r22, splat (i32 23)
  %r24 = bitcast <4 x i32> %r23 to <4 x float>
  %r25 = fmul <4 x float> %r21, %r24
  ret <4 x float> %r25
}

define internal float @nudge.log.f32(float %x0) alwaysinline {
entry:
  %r1 = fcmp olt float %x0, 0x3810000000000000
  %r2 = fmul float %x0, 0x4160000000000000
  %r3 = select i1 %r1, float %r2, float %x0
  %r4 = bitcast float %r3 to i32
  %r5 = add i32 %r4, 4913933
  %r6 = lshr i32 %r5, 23
  %r7 = and i32 %r5, 8388607
  %r8 = add i32 %r7, 1060439283
  %r9 = bitcast i32 %r8 to float
  %r10 = add i32 %r6, 1258291200
  %r11 = bitcast i32 %r10 to float
  %r12 = fsub float %r11, 0x4160000FE0000000
  %r13 = fsub float %r9, 0x3FF0000000000000
  %r14 = fmul float %r12, 0xBE205C6100000000
  %r15 = fmul float %r13, %r13
  %r16 = call float @llvm.fma.f32(float 0xBFB469ABA0000000, float %r13, float 0x3FC06A2C80000000)
  %r17 = call float @llvm.fma.f32(float %r16, float %r13, float 0xBFC0B77C00000000)
  %r18 = call float @llvm.fma.f32(float %r17, float %r13, float 0x3FC2291820000000)
  %r19 = call float @llvm.fma.f32(float %r18, float %r13, float 0xBFC54A3460000000)
  %r20 = call float @llvm.fma.f32(float %r19, float %r13, float 0x3FC99A4400000000)
  %r21 = call float @llvm.fma.f32(float %r20, float %r13, float 0xBFD0001700000000)
  %r22 = call float @llvm.fma.f32(float %r21, float %r13, float 0x3FD55554E0000000)
  %r23 = call float @llvm.fma.f32(float %r22, float %r13, float 0xBFE0000000000000)
  %r24 = call float @llvm.fma.f32(float %r15, float %r23, float %r14)
  %r25 = fadd float %r13, %r24
  %r26 = call float @llvm.fma.f32(float %r12, float 0x3FE62E4300000000, float %r25)
  %r27 = fsub float %r26, 0x402FE28040000000
  %r28 = select i1 %r1, float %r27, float %r26
  %r29 = fcmp olt float %x0, 0x7FF0000000000000
  %r30 = select i1 %r29, float %r28, float %x0
  %r31 = fcmp oeq float %x0, 0x0000000000000000
  %r32 = select i1 %r31, float 0xFFF0000000000000, float %r30
  %r33 = fcmp olt float %x0, 0x0000000000000000
  %r34 = select i1 %r33, float 0x7FF8000000000000, float %r32
  ret float %r34
}

define internal void @g0(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r21, %body1 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr i64, ptr %a0, i64 %at1
  %r3 = getelementptr i64, ptr %r2, i64 0
  %r4 = load i64, ptr %r3
  %r5 = getelementptr i64, ptr %a1, i64 0
  %r6 = call <4 x i64> @llvm.masked.load.v4i64.p0(ptr %r5, i32 8, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> zeroinitializer)
  %r7 = insertelement <4 x i64> poison, i64 %r4, i64 0
  %r8 = shufflevector <4 x i64> %r7, <4 x i64> poison, <4 x i32> zeroinitializer
  %r9 = icmp eq <4 x i64> %r8, %r6
  %r10 = zext <4 x i1> %r9 to <4 x i64>
  %r11 = add <4 x i64> splat (i64 0), %r10
  %r12 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> %r11, <4 x i64> splat (i64 0)
  %r13 = shufflevector <4 x i64> %r12, <4 x i64> poison, <2 x i32> <i32 0, i32 1>
  %r14 = shufflevector <4 x i64> %r12, <4 x i64> poison, <2 x i32> <i32 2, i32 3>
  %r15 = add <2 x i64> %r13, %r14
  %r16 = extractelement <2 x i64> %r15, i64 0
  %r17 = extractelement <2 x i64> %r15, i64 1
  %r18 = add i64 %r16, %r17
  %r19 = getelementptr i64, ptr %a2, i64 %at1
  %r20 = getelementptr i64, ptr %r19, i64 0
  store i64 %r18, ptr %r20
  %r21 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g1(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  %r1 = getelementptr i64, ptr %a0, i64 0
  %r2 = load <4 x i64>, ptr %r1, align 8
  %r3 = add <4 x i64> splat (i64 0), %r2
  %r4 = shufflevector <4 x i64> %r3, <4 x i64> poison, <2 x i32> <i32 0, i32 1>
  %r5 = shufflevector <4 x i64> %r3, <4 x i64> poison, <2 x i32> <i32 2, i32 3>
  %r6 = add <2 x i64> %r4, %r5
  %r7 = extractelement <2 x i64> %r6, i64 0
  %r8 = extractelement <2 x i64> %r6, i64 1
  %r9 = add i64 %r7, %r8
  %r10 = getelementptr float, ptr %a1, i64 0
  %r11 = load float, ptr %r10
  %r12 = sitofp i64 %r9 to float
  %r13 = fdiv float 0x3FF0000000000000, %r12
  %r14 = fmul float %r11, %r13
  %r15 = fneg float %r14
  %r16 = getelementptr float, ptr %a2, i64 0
  store float %r15, ptr %r16
  %r17 = getelementptr float, ptr %a3, i64 0
  store float %r12, ptr %r17
  ret void
}

define internal void @g2(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r26, %body1 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = getelementptr i64, ptr %a0, i64 %at1
  %r3 = getelementptr i64, ptr %r2, i64 0
  %r4 = load i64, ptr %r3
  %r5 = getelementptr float, ptr %a2, i64 0
  %r6 = load float, ptr %r5
  %r7 = getelementptr i64, ptr %a1, i64 0
  %r8 = call <4 x i64> @llvm.masked.load.v4i64.p0(ptr %r7, i32 8, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> zeroinitializer)
  %r9 = insertelement <4 x i64> poison, i64 %r4, i64 0
  %r10 = shufflevector <4 x i64> %r9, <4 x i64> poison, <4 x i32> zeroinitializer
  %r11 = icmp eq <4 x i64> %r10, %r8
  %r12 = insertelement <4 x float> poison, float %r6, i64 0
  %r13 = shufflevector <4 x float> %r12, <4 x float> poison, <4 x i32> zeroinitializer
  %r14 = select <4 x i1> %r11, <4 x float> %r13, <4 x float> splat (float 0x0000000000000000)
  %r15 = fneg <4 x float> %r14
  %r16 = fadd <4 x float> splat (float 0x0000000000000000), %r15
  %r17 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r16, <4 x float> splat (float 0x0000000000000000)
  %r18 = shufflevector <4 x float> %r17, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r19 = shufflevector <4 x float> %r17, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r20 = fadd <2 x float> %r18, %r19
  %r21 = extractelement <2 x float> %r20, i64 0
  %r22 = extractelement <2 x float> %r20, i64 1
  %r23 = fadd float %r21, %r22
  %r24 = getelementptr float, ptr %a3, i64 %at1
  %r25 = getelementptr float, ptr %r24, i64 0
  store float %r23, ptr %r25
  %r26 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g3(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r25, %done2 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  br label %head2
head2:
  %at2 = phi i64 [ 0, %body1 ], [ %r24, %body2 ]
  %c2 = icmp slt i64 %at2, 3
  br i1 %c2, label %body2, label %done2
body2:
  %r3 = mul i64 %at1, 2
  %r4 = getelementptr float, ptr %a0, i64 %r3
  %r5 = getelementptr float, ptr %r4, i64 0
  %r6 = load <2 x float>, ptr %r5, align 4
  %r7 = mul i64 %at2, 2
  %r8 = getelementptr float, ptr %a1, i64 %r7
  %r9 = getelementptr float, ptr %r8, i64 0
  %r10 = load <2 x float>, ptr %r9, align 4
  %r11 = fmul <2 x float> %r6, %r10
  %r12 = fadd <2 x float> splat (float 0x0000000000000000), %r11
  %r13 = extractelement <2 x float> %r12, i64 0
  %r14 = extractelement <2 x float> %r12, i64 1
  %r15 = fadd float %r13, %r14
  %r16 = getelementptr float, ptr %a2, i64 %at2
  %r17 = getelementptr float, ptr %r16, i64 0
  %r18 = load float, ptr %r17
  %r19 = fadd float %r15, %r18
  %r20 = mul i64 %at1, 3
  %r21 = add i64 %r20, %at2
  %r22 = getelementptr float, ptr %a3, i64 %r21
  %r23 = getelementptr float, ptr %r22, i64 0
  store float %r19, ptr %r23
  %r24 = add i64 %at2, 1
  br label %head2
done2:
  %r25 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g4(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr noalias %a4, ptr noalias %a5, ptr noalias %a6, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r74, %body1 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 3
  %r3 = getelementptr float, ptr %a0, i64 %r2
  %r4 = getelementptr float, ptr %r3, i64 0
  %r5 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r4, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r6 = fcmp ogt <4 x float> splat (float 0xFFF0000000000000), %r5
  %r7 = fcmp uno <4 x float> splat (float 0xFFF0000000000000), splat (float 0xFFF0000000000000)
  %r8 = or <4 x i1> %r6, %r7
  %r9 = select <4 x i1> %r8, <4 x float> splat (float 0xFFF0000000000000), <4 x float> %r5
  %r10 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r9, <4 x float> splat (float 0xFFF0000000000000)
  %r11 = shufflevector <4 x float> %r10, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r12 = shufflevector <4 x float> %r10, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r13 = fcmp ogt <2 x float> %r11, %r12
  %r14 = fcmp uno <2 x float> %r11, %r11
  %r15 = or <2 x i1> %r13, %r14
  %r16 = select <2 x i1> %r15, <2 x float> %r11, <2 x float> %r12
  %r17 = extractelement <2 x float> %r16, i64 0
  %r18 = extractelement <2 x float> %r16, i64 1
  %r19 = fcmp ogt float %r17, %r18
  %r20 = fcmp uno float %r17, %r17
  %r21 = or i1 %r19, %r20
  %r22 = select i1 %r21, float %r17, float %r18
  %r23 = insertelement <4 x float> poison, float %r22, i64 0
  %r24 = shufflevector <4 x float> %r23, <4 x float> poison, <4 x i32> zeroinitializer
  %r25 = fsub <4 x float> %r5, %r24
  %r26 = call <4 x float> @nudge.exp.v4f32(<4 x float> %r25)
  %r27 = fadd <4 x float> splat (float 0x0000000000000000), %r26
  %r28 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r27, <4 x float> splat (float 0x0000000000000000)
  %r29 = shufflevector <4 x float> %r28, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r30 = shufflevector <4 x float> %r28, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r31 = fadd <2 x float> %r29, %r30
  %r32 = extractelement <2 x float> %r31, i64 0
  %r33 = extractelement <2 x float> %r31, i64 1
  %r34 = fadd float %r32, %r33
  %r35 = getelementptr i64, ptr %a1, i64 %at1
  %r36 = getelementptr i64, ptr %r35, i64 0
  %r37 = load i64, ptr %r36
  %r38 = call float @nudge.log.f32(float %r34)
  %r39 = getelementptr i64, ptr %a2, i64 0
  %r40 = call <4 x i64> @llvm.masked.load.v4i64.p0(ptr %r39, i32 8, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x i64> zeroinitializer)
  %r41 = insertelement <4 x i64> poison, i64 %r37, i64 0
  %r42 = shufflevector <4 x i64> %r41, <4 x i64> poison, <4 x i32> zeroinitializer
  %r43 = icmp eq <4 x i64> %r42, %r40
  %r44 = insertelement <4 x float> poison, float %r38, i64 0
  %r45 = shufflevector <4 x float> %r44, <4 x float> poison, <4 x i32> zeroinitializer
  %r46 = fsub <4 x float> %r25, %r45
  %r47 = select <4 x i1> %r43, <4 x float> %r46, <4 x float> splat (float 0x0000000000000000)
  %r48 = fadd <4 x float> splat (float 0x0000000000000000), %r47
  %r49 = select <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> %r48, <4 x float> splat (float 0x0000000000000000)
  %r50 = shufflevector <4 x float> %r49, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r51 = shufflevector <4 x float> %r49, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r52 = fadd <2 x float> %r50, %r51
  %r53 = extractelement <2 x float> %r52, i64 0
  %r54 = extractelement <2 x float> %r52, i64 1
  %r55 = fadd float %r53, %r54
  %r56 = getelementptr float, ptr %a4, i64 0
  %r57 = load float, ptr %r56
  %r58 = getelementptr float, ptr %a3, i64 %at1
  %r59 = getelementptr float, ptr %r58, i64 0
  %r60 = load float, ptr %r59
  %r61 = fdiv float 0x3FF0000000000000, %r34
  %r62 = fmul float %r60, %r61
  %r63 = insertelement <4 x float> poison, float %r57, i64 0
  %r64 = shufflevector <4 x float> %r63, <4 x float> poison, <4 x i32> zeroinitializer
  %r65 = select <4 x i1> %r43, <4 x float> %r64, <4 x float> splat (float 0x0000000000000000)
  %r66 = insertelement <4 x float> poison, float %r62, i64 0
  %r67 = shufflevector <4 x float> %r66, <4 x float> poison, <4 x i32> zeroinitializer
  %r68 = fmul <4 x float> %r67, %r26
  %r69 = fadd <4 x float> %r65, %r68
  %r70 = getelementptr float, ptr %a6, i64 %r2
  %r71 = getelementptr float, ptr %r70, i64 0
  call void @llvm.masked.store.v4f32.p0(<4 x float> %r69, ptr %r71, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>)
  %r72 = getelementptr float, ptr %a5, i64 %at1
  %r73 = getelementptr float, ptr %r72, i64 0
  store float %r55, ptr %r73
  %r74 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g5(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  %r1 = getelementptr float, ptr %a0, i64 0
  %r2 = load <4 x float>, ptr %r1, align 4
  %r3 = fadd <4 x float> splat (float 0x0000000000000000), %r2
  %r4 = shufflevector <4 x float> %r3, <4 x float> poison, <2 x i32> <i32 0, i32 1>
  %r5 = shufflevector <4 x float> %r3, <4 x float> poison, <2 x i32> <i32 2, i32 3>
  %r6 = fadd <2 x float> %r4, %r5
  %r7 = extractelement <2 x float> %r6, i64 0
  %r8 = extractelement <2 x float> %r6, i64 1
  %r9 = fadd float %r7, %r8
  %r10 = fneg float %r9
  %r11 = getelementptr float, ptr %a1, i64 0
  %r12 = load float, ptr %r11
  %r13 = fdiv float %r10, %r12
  %r14 = getelementptr float, ptr %a2, i64 0
  store float %r13, ptr %r14
  ret void
}

define internal void @g6(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r26, %body1 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 1
  %r3 = getelementptr float, ptr %a0, i64 0
  %r4 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r3, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r5 = fadd <4 x float> splat (float 0x0000000000000000), %r4
  %r6 = getelementptr float, ptr %a0, i64 3
  %r7 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r6, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r8 = fadd <4 x float> %r5, %r7
  %r9 = getelementptr float, ptr %a0, i64 6
  %r10 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r9, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r11 = fadd <4 x float> %r8, %r10
  %r12 = getelementptr float, ptr %a0, i64 9
  %r13 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r12, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r14 = fadd <4 x float> %r11, %r13
  %r15 = getelementptr float, ptr %a2, i64 0
  %r16 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r15, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r17 = getelementptr float, ptr %a1, i64 0
  %r18 = call <4 x float> @llvm.masked.load.v4f32.p0(ptr %r17, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>, <4 x float> zeroinitializer)
  %r19 = fmul <4 x float> %r18, splat (float 0x3FECCCCCC0000000)
  %r20 = fmul <4 x float> %r14, splat (float 0x3FF0000000000000)
  %r21 = fadd <4 x float> %r19, %r20
  %r22 = fmul <4 x float> %r21, splat (float 0x3FE0000000000000)
  %r23 = fsub <4 x float> %r16, %r22
  %r24 = getelementptr float, ptr %a2, i64 0
  call void @llvm.masked.store.v4f32.p0(<4 x float> %r23, ptr %r24, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>)
  %r25 = getelementptr float, ptr %a1, i64 0
  call void @llvm.masked.store.v4f32.p0(<4 x float> %r21, ptr %r25, i32 4, <4 x i1> <i1 true, i1 true, i1 true, i1 false>)
  %r26 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

define internal void @g7(ptr noalias %a0, ptr noalias %a1, ptr noalias %a2, ptr noalias %a3, ptr %report, i64 %low, i64 %high) {
entry:
  br label %head1
head1:
  %at1 = phi i64 [ %low, %entry ], [ %r139, %done3 ]
  %c1 = icmp slt i64 %at1, %high
  br i1 %c1, label %body1, label %done1
body1:
  %r2 = mul i64 %at1, 3
  br label %head3
head3:
  %at3 = phi i64 [ 0, %body1 ], [ %r138, %body3 ]
  %c3 = icmp slt i64 %at3, 1
  br i1 %c3, label %body3, label %done3
body3:
  %r4 = mul i64 %at3, 2
  %r5 = getelementptr float, ptr %a0, i64 %r4
  %r6 = getelementptr float, ptr %r5, i64 0
  %r7 = load <2 x float>, ptr %r6, align 4
  %r8 = getelementptr float, ptr %a1, i64 %r2
  %r9 = getelementptr float, ptr %r8, i64 0
  %r10 = load float, ptr %r9
  %r11 = insertelement <2 x float> poison, float %r10, i64 0
  %r12 = shufflevector <2 x float> %r11, <2 x float> poison, <2 x i32> zeroinitializer
  %r14 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r7, <2 x float> %r12, <2 x float> splat (float 0x0000000000000000))
  %r15 = getelementptr float, ptr %r8, i64 1
  %r16 = load float, ptr %r15
  %r17 = insertelement <2 x float> poison, float %r16, i64 0
  %r18 = shufflevector <2 x float> %r17, <2 x float> poison, <2 x i32> zeroinitializer
  %r20 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r7, <2 x float> %r18, <2 x float> splat (float 0x0000000000000000))
  %r21 = getelementptr float, ptr %r8, i64 2
  %r22 = load float, ptr %r21
  %r23 = insertelement <2 x float> poison, float %r22, i64 0
  %r24 = shufflevector <2 x float> %r23, <2 x float> poison, <2 x i32> zeroinitializer
  %r26 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r7, <2 x float> %r24, <2 x float> splat (float 0x0000000000000000))
  %r27 = getelementptr float, ptr %r5, i64 2
  %r28 = load <2 x float>, ptr %r27, align 4
  %r29 = getelementptr float, ptr %r8, i64 3
  %r30 = load float, ptr %r29
  %r31 = insertelement <2 x float> poison, float %r30, i64 0
  %r32 = shufflevector <2 x float> %r31, <2 x float> poison, <2 x i32> zeroinitializer
  %r34 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r28, <2 x float> %r32, <2 x float> %r14)
  %r35 = getelementptr float, ptr %r8, i64 4
  %r36 = load float, ptr %r35
  %r37 = insertelement <2 x float> poison, float %r36, i64 0
  %r38 = shufflevector <2 x float> %r37, <2 x float> poison, <2 x i32> zeroinitializer
  %r40 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r28, <2 x float> %r38, <2 x float> %r20)
  %r41 = getelementptr float, ptr %r8, i64 5
  %r42 = load float, ptr %r41
  %r43 = insertelement <2 x float> poison, float %r42, i64 0
  %r44 = shufflevector <2 x float> %r43, <2 x float> poison, <2 x i32> zeroinitializer
  %r46 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r28, <2 x float> %r44, <2 x float> %r26)
  %r47 = getelementptr float, ptr %r5, i64 4
  %r48 = load <2 x float>, ptr %r47, align 4
  %r49 = getelementptr float, ptr %r8, i64 6
  %r50 = load float, ptr %r49
  %r51 = insertelement <2 x float> poison, float %r50, i64 0
  %r52 = shufflevector <2 x float> %r51, <2 x float> poison, <2 x i32> zeroinitializer
  %r54 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r48, <2 x float> %r52, <2 x float> %r34)
  %r55 = getelementptr float, ptr %r8, i64 7
  %r56 = load float, ptr %r55
  %r57 = insertelement <2 x float> poison, float %r56, i64 0
  %r58 = shufflevector <2 x float> %r57, <2 x float> poison, <2 x i32> zeroinitializer
  %r60 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r48, <2 x float> %r58, <2 x float> %r40)
  %r61 = getelementptr float, ptr %r8, i64 8
  %r62 = load float, ptr %r61
  %r63 = insertelement <2 x float> poison, float %r62, i64 0
  %r64 = shufflevector <2 x float> %r63, <2 x float> poison, <2 x i32> zeroinitializer
  %r66 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r48, <2 x float> %r64, <2 x float> %r46)
  %r67 = getelementptr float, ptr %r5, i64 6
  %r68 = load <2 x float>, ptr %r67, align 4
  %r69 = getelementptr float, ptr %r8, i64 9
  %r70 = load float, ptr %r69
  %r71 = insertelement <2 x float> poison, float %r70, i64 0
  %r72 = shufflevector <2 x float> %r71, <2 x float> poison, <2 x i32> zeroinitializer
  %r74 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r68, <2 x float> %r72, <2 x float> %r54)
  %r75 = getelementptr float, ptr %r8, i64 10
  %r76 = load float, ptr %r75
  %r77 = insertelement <2 x float> poison, float %r76, i64 0
  %r78 = shufflevector <2 x float> %r77, <2 x float> poison, <2 x i32> zeroinitializer
  %r80 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r68, <2 x float> %r78, <2 x float> %r60)
  %r81 = getelementptr float, ptr %r8, i64 11
  %r82 = load float, ptr %r81
  %r83 = insertelement <2 x float> poison, float %r82, i64 0
  %r84 = shufflevector <2 x float> %r83, <2 x float> poison, <2 x i32> zeroinitializer
  %r86 = call <2 x float> @llvm.fma.v2f32(<2 x float> %r68, <2 x float> %r84, <2 x float> %r66)
  %r87 = mul i64 %r2, 2
  %r88 = add i64 %r87, %r4
  %r89 = getelementptr float, ptr %a3, i64 %r88
  %r90 = getelementptr float, ptr %r89, i64 0
  %r91 = load <2 x float>, ptr %r90, align 4
  %r92 = getelementptr float, ptr %a2, i64 %r88
  %r93 = getelementptr float, ptr %r92, i64 0
  %r94 = load <2 x float>, ptr %r93, align 4
  %r95 = fmul <2 x float> %r94, splat (float 0x3FECCCCCC0000000)
  %r96 = fmul <2 x float> %r74, splat (float 0x3FF0000000000000)
  %r97 = fadd <2 x float> %r95, %r96
  %r98 = fmul <2 x float> %r97, splat (float 0x3FE0000000000000)
  %r99 = fsub <2 x float> %r91, %r98
  %r100 = getelementptr float, ptr %a3, i64 %r88
  %r101 = getelementptr float, ptr %r100, i64 0
  store <2 x float> %r99, ptr %r101, align 4
  %r102 = getelementptr float, ptr %a2, i64 %r88
  %r103 = getelementptr float, ptr %r102, i64 0
  store <2 x float> %r97, ptr %r103, align 4
  %r104 = mul i64 %r2, 2
  %r105 = add i64 %r104, %r4
  %r106 = getelementptr float, ptr %a3, i64 %r105
  %r107 = getelementptr float, ptr %r106, i64 2
  %r108 = load <2 x float>, ptr %r107, align 4
  %r109 = getelementptr float, ptr %a2, i64 %r105
  %r110 = getelementptr float, ptr %r109, i64 2
  %r111 = load <2 x float>, ptr %r110, align 4
  %r112 = fmul <2 x float> %r111, splat (float 0x3FECCCCCC0000000)
  %r113 = fmul <2 x float> %r80, splat (float 0x3FF0000000000000)
  %r114 = fadd <2 x float> %r112, %r113
  %r115 = fmul <2 x float> %r114, splat (float 0x3FE0000000000000)
  %r116 = fsub <2 x float> %r108, %r115
  %r117 = getelementptr float, ptr %a3, i64 %r105
  %r118 = getelementptr float, ptr %r117, i64 2
  store <2 x float> %r116, ptr %r118, align 4
  %r119 = getelementptr float, ptr %a2, i64 %r105
  %r120 = getelementptr float, ptr %r119, i64 2
  store <2 x float> %r114, ptr %r120, align 4
  %r121 = mul i64 %r2, 2
  %r122 = add i64 %r121, %r4
  %r123 = getelementptr float, ptr %a3, i64 %r122
  %r124 = getelementptr float, ptr %r123, i64 4
  %r125 = load <2 x float>, ptr %r124, align 4
  %r126 = getelementptr float, ptr %a2, i64 %r122
  %r127 = getelementptr float, ptr %r126, i64 4
  %r128 = load <2 x float>, ptr %r127, align 4
  %r129 = fmul <2 x float> %r128, splat (float 0x3FECCCCCC0000000)
  %r130 = fmul <2 x float> %r86, splat (float 0x3FF0000000000000)
  %r131 = fadd <2 x float> %r129, %r130
  %r132 = fmul <2 x float> %r131, splat (float 0x3FE0000000000000)
  %r133 = fsub <2 x float> %r125, %r132
  %r134 = getelementptr float, ptr %a3, i64 %r122
  %r135 = getelementptr float, ptr %r134, i64 4
  store <2 x float> %r133, ptr %r135, align 4
  %r136 = getelementptr float, ptr %a2, i64 %r122
  %r137 = getelementptr float, ptr %r136, i64 4
  store <2 x float> %r131, ptr %r137, align 4
  %r138 = add i64 %at3, 1
  br label %head3
done3:
  %r139 = add i64 %at1, 1
  br label %head1
done1:
  ret void
}

declare i32 @sched_yield()

define internal void @meet(ptr %meet, i64 %threads) {
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
  br i1 %opened, label %done, label %spin
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
done:
  ret void
}

declare void @llvm.memmove.p0.p0.i64(ptr, ptr, i64, i1)

define internal void @feed(ptr %feed, i64 %step, i64 %thread, i64 %threads) {
entry:
  %rows_at = getelementptr i64, ptr %feed, i64 1
  %numbers_at = getelementptr i64, ptr %feed, i64 2
  %arrays = load i64, ptr %feed
  %rows = load i64, ptr %rows_at
  %all = load ptr, ptr %numbers_at
  %begin = mul i64 %step, %rows
  %numbers = getelementptr i64, ptr %all, i64 %begin
  %from = mul i64 %thread, %rows
  %to = add i64 %from, %rows
  %low = udiv i64 %from, %threads
  %high = udiv i64 %to, %threads
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
  br label %again
again:
  %step = phi i64 [ 0, %entry ], [ %following, %next ]
  %more = icmp slt i64 %step, %steps
  br i1 %more, label %fed, label %end
fed:
  %feeds = icmp ne ptr %feed, null
  br i1 %feeds, label %feeding, label %body
feeding:
  call void @feed(ptr %feed, i64 %step, i64 %thread, i64 %threads)
  call void @meet(ptr %meet, i64 %threads)
  br label %body
body:
  br i1 %first, label %do_g0, label %done_g0
do_g0:
  %p0_0_slot = getelementptr ptr, ptr %given, i64 1
  %p0_0 = load ptr, ptr %p0_0_slot
  %p0_1_slot = getelementptr ptr, ptr %given, i64 4
  %p0_1 = load ptr, ptr %p0_1_slot
  %p0_2 = getelementptr i8, ptr %arena, i64 0
  call void @g0(ptr %p0_0, ptr %p0_1, ptr %p0_2, ptr %report, i64 0, i64 4)
  br label %done_g0
done_g0:
  br i1 %first, label %do_g1, label %done_g1
do_g1:
  %p1_0 = getelementptr i8, ptr %arena, i64 0
  %p1_1_slot = getelementptr ptr, ptr %given, i64 5
  %p1_1 = load ptr, ptr %p1_1_slot
  %p1_2 = getelementptr i8, ptr %arena, i64 128
  %p1_3 = getelementptr i8, ptr %arena, i64 256
  call void @g1(ptr %p1_0, ptr %p1_1, ptr %p1_2, ptr %p1_3, ptr %report, i64 0, i64 1)
  br label %done_g1
done_g1:
  br i1 %first, label %do_g2, label %done_g2
do_g2:
  %p2_0_slot = getelementptr ptr, ptr %given, i64 1
  %p2_0 = load ptr, ptr %p2_0_slot
  %p2_1_slot = getelementptr ptr, ptr %given, i64 4
  %p2_1 = load ptr, ptr %p2_1_slot
  %p2_2 = getelementptr i8, ptr %arena, i64 128
  %p2_3 = getelementptr i8, ptr %arena, i64 0
  call void @g2(ptr %p2_0, ptr %p2_1, ptr %p2_2, ptr %p2_3, ptr %report, i64 0, i64 4)
  br label %done_g2
done_g2:
  br i1 %first, label %do_g3, label %done_g3
do_g3:
  %p3_0_slot = getelementptr ptr, ptr %given, i64 0
  %p3_0 = load ptr, ptr %p3_0_slot
  %p3_1_slot = getelementptr ptr, ptr %given, i64 2
  %p3_1 = load ptr, ptr %p3_1_slot
  %p3_2_slot = getelementptr ptr, ptr %given, i64 3
  %p3_2 = load ptr, ptr %p3_2_slot
  %p3_3 = getelementptr i8, ptr %arena, i64 384
  call void @g3(ptr %p3_0, ptr %p3_1, ptr %p3_2, ptr %p3_3, ptr %report, i64 0, i64 4)
  br label %done_g3
done_g3:
  br i1 %first, label %do_g4, label %done_g4
do_g4:
  %p4_0 = getelementptr i8, ptr %arena, i64 384
  %p4_1_slot = getelementptr ptr, ptr %given, i64 1
  %p4_1 = load ptr, ptr %p4_1_slot
  %p4_2_slot = getelementptr ptr, ptr %given, i64 4
  %p4_2 = load ptr, ptr %p4_2_slot
  %p4_3 = getelementptr i8, ptr %arena, i64 0
  %p4_4 = getelementptr i8, ptr %arena, i64 128
  %p4_5 = getelementptr i8, ptr %arena, i64 512
  %p4_6 = getelementptr i8, ptr %arena, i64 640
  call void @g4(ptr %p4_0, ptr %p4_1, ptr %p4_2, ptr %p4_3, ptr %p4_4, ptr %p4_5, ptr %p4_6, ptr %report, i64 0, i64 4)
  br label %done_g4
done_g4:
  br i1 %first, label %do_g5, label %done_g5
do_g5:
  %p5_0 = getelementptr i8, ptr %arena, i64 512
  %p5_1 = getelementptr i8, ptr %arena, i64 256
  %p5_2_slot = getelementptr ptr, ptr %given, i64 8
  %p5_2 = load ptr, ptr %p5_2_slot
  call void @g5(ptr %p5_0, ptr %p5_1, ptr %p5_2, ptr %report, i64 0, i64 1)
  br label %done_g5
done_g5:
  br i1 %first, label %do_g6, label %done_g6
do_g6:
  %p6_0 = getelementptr i8, ptr %arena, i64 640
  %p6_1_slot = getelementptr ptr, ptr %given, i64 7
  %p6_1 = load ptr, ptr %p6_1_slot
  %p6_2_slot = getelementptr ptr, ptr %given, i64 3
  %p6_2 = load ptr, ptr %p6_2_slot
  call void @g6(ptr %p6_0, ptr %p6_1, ptr %p6_2, ptr %report, i64 0, i64 1)
  br label %done_g6
done_g6:
  br i1 %first, label %do_g7, label %done_g7
do_g7:
  %p7_0_slot = getelementptr ptr, ptr %given, i64 0
  %p7_0 = load ptr, ptr %p7_0_slot
  %p7_1 = getelementptr i8, ptr %arena, i64 640
  %p7_2_slot = getelementptr ptr, ptr %given, i64 6
  %p7_2 = load ptr, ptr %p7_2_slot
  %p7_3_slot = getelementptr ptr, ptr %given, i64 2
  %p7_3 = load ptr, ptr %p7_3_slot
  call void @g7(ptr %p7_0, ptr %p7_1, ptr %p7_2, ptr %p7_3, ptr %report, i64 0, i64 1)
  br label %done_g7
done_g7:
  call void @meet(ptr %meet, i64 %threads)
  br label %next
next:
  %following = add i64 %step, 1
  br label %again
end:
  call void @llvm.x86.sse.ldmxcsr(ptr %mode)
  ret void
}

